using Fuzz.Mutation;
using LayerStore;
using LayerStore.Oci;
using LayerStore.Transports;

namespace Fuzz.Targets;

/// <summary>A docker archive, the outer tar and all: resolved, and every blob read and verified.</summary>
internal sealed class DockerArchiveTarget : FuzzTarget
{
    private static readonly string s_file = Path.Combine(Workspace.Root, "archive.tar");

    public override string Name => "docker-archive";

    public override string Description => "docker-archive: the image in it is refused or can be read to its last byte";

    public override IReadOnlyList<string> Code => ["LayerStore.Transports."];

    public override IReadOnlyList<IMutator> Mutators { get; } = [new TarMutator(), new TarMutator(), new ByteMutator()];

    public override IReadOnlyList<ErrorKind> Refusals => [ErrorKind.DataLoss, ErrorKind.NotFound, ErrorKind.InvalidArgument];

    public override IEnumerable<byte[]> Seeds()
    {
        // A layer of nothing but an end, and its diffID.
        byte[] layer = new byte[1024];
        string diffId = Digest.Compute(layer).ToString();
        byte[] config = [.. System.Text.Encoding.UTF8.GetBytes($$$"""{"architecture":"amd64","os":"linux","rootfs":{"type":"layers","diff_ids":["{{{diffId}}}"]}}""")];
        foreach (string manifest in (string[])["""[{"Config":"c.json","RepoTags":["a:b"],"Layers":["l/layer.tar"]}]""", """[{"Config":"c.json","RepoTags":null,"Layers":["s"]}]"""])
        {
            TarModel model = new() { Tail = new byte[1024] };
            model.Records.Add(TarRecord.Make((byte)'0', [.. "c.json"u8], data: config));
            model.Records.Add(TarRecord.Make((byte)'0', [.. "l/layer.tar"u8], data: layer));
            model.Records.Add(TarRecord.Make((byte)'2', [.. "s"u8], [.. "l/layer.tar"u8]));
            model.Records.Add(TarRecord.Make((byte)'0', [.. "manifest.json"u8], data: System.Text.Encoding.UTF8.GetBytes(manifest)));
            model.Records.ForEach(record => record.FixChecksum());
            yield return model.Write();
        }
    }

    public override byte[] Repair(byte[] input) => TarTarget.RepairChecksums(input);

    public override void Run(byte[] input)
    {
        File.WriteAllBytes(s_file, input);
        ReadAsync().GetAwaiter().GetResult();
    }

    private static async Task ReadAsync()
    {
        await using IImageSource source = ImageTransports.OpenSource(TransportReference.Parse($"docker-archive:{s_file}"));
        Descriptor target = await source.ResolveAsync().ConfigureAwait(false);
        ImageManifest manifest = ImageManifest.Parse(await ReadAsync(source, target).ConfigureAwait(false), target);
        foreach (Descriptor blob in manifest.Layers.Append(manifest.Config))
        {
            await ReadAsync(source, blob).ConfigureAwait(false);
        }
    }

    private static async Task<byte[]> ReadAsync(IImageSource source, Descriptor blob)
    {
        using MemoryStream bytes = new();
        await using Stream stream = await source.OpenAsync(blob).ConfigureAwait(false);
        await stream.CopyToAsync(bytes).ConfigureAwait(false);
        return bytes.ToArray();
    }
}
