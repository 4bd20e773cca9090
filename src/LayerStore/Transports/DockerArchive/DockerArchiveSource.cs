using LayerStore.Compression;
using LayerStore.Content;
using LayerStore.Oci;

namespace LayerStore.Transports.DockerArchive;

/// <summary>Reads an image from a tar as <c>docker save</c> writes it, in place.</summary>
/// <remarks>
/// <para>Such an archive has a config and layers but no manifest, so one is made, always the same for the same image: an OCI
/// manifest over the config and the layers as they are. An uncompressed layer is named by the diffID in the config,
/// which reading it verifies; a compressed one is hashed once to name it.</para>
/// <para>Newer archives hold an OCI layout as well. It is not looked at: what <c>manifest.json</c> says is what
/// <c>docker load</c> would load.</para>
/// </remarks>
internal sealed class DockerArchiveSource(TransportReference reference, Limits limits) : IImageSource
{
    private const string ManifestFile = "manifest.json";
    private const int MaxNamesListed = 20;

    private readonly Dictionary<Digest, Func<Stream>> _blobs = [];
    private readonly Dictionary<string, Digest> _hashed = new(StringComparer.Ordinal);
    private ArchiveFile? _archive;

    public TransportReference Reference => reference;

    public DocumentLimits Documents => limits.Documents;

    public Task<Descriptor> ResolveAsync(CancellationToken cancellationToken = default) => Task.Run(() => Resolve(cancellationToken), cancellationToken);

    public async Task<Stream> OpenAsync(Descriptor descriptor, CancellationToken cancellationToken = default) => new VerifyingStream(
        await OpenUnverifiedAsync(descriptor, cancellationToken).ConfigureAwait(false), descriptor.Digest, descriptor.Size, "blob");

    public Task<Stream> OpenUnverifiedAsync(Descriptor descriptor, CancellationToken cancellationToken = default) =>
        _blobs.TryGetValue(descriptor.Digest, out Func<Stream>? open)
            ? Task.FromResult(open())
            : throw OciLayout.MissingBlob(descriptor.Digest, reference);

    public ValueTask DisposeAsync()
    {
        _archive?.Dispose();
        return ValueTask.CompletedTask;
    }

    private Descriptor Resolve(CancellationToken cancellationToken)
    {
        _archive ??= ArchiveFile.Open(reference, limits, cancellationToken);
        ReadOnlyMemory<byte> json = _archive.ReadFile(ManifestFile) ?? throw new LayerStoreException(
            ErrorKind.DataLoss,
            $"{Printable.Text(reference.Path)} is not a docker archive: it has no {ManifestFile}",
            _archive.OpenFile(OciLayout.IndexFile) is null ? "Check the path, which ends at the first colon." : "It may be an oci-archive.");
        DockerArchiveEntry entry = Choose(DockerArchiveEntry.Parse(json, $"{ManifestFile} in {reference.Path}", Documents));
        ImageConfig config = ReadConfig(entry);
        if (config.DiffIds.Count != entry.Layers.Count)
        {
            throw StrictJson.Error(
                $"{ManifestFile} in {reference.Path}", $"has {entry.Layers.Count} layers, but the config {config.Digest} has {config.DiffIds.Count} diffIDs");
        }

        ImageManifest manifest = ImageManifest.Of(config.Descriptor, [.. entry.Layers.Select((name, i) => FindLayer(name, config.DiffIds[i], cancellationToken))]);
        Remember(config);
        Remember(manifest);
        return entry.RepoTags is [var name, ..]
            ? manifest.Descriptor with { Annotations = new Dictionary<string, string> { [Annotations.RefName] = name } }
            : manifest.Descriptor;
    }

    /// <summary>Finds the image by name, in any spelling; without a name it must be the only one.</summary>
    private DockerArchiveEntry Choose(IReadOnlyList<DockerArchiveEntry> entries)
    {
        string? tag = reference.Tag is { } text ? Spell(text) : null;
        List<DockerArchiveEntry> matches = [.. entries.Where(entry => tag is null || entry.RepoTags.Any(name => Spell(name) == tag))];
        string names = string.Join(
            ", ", entries.SelectMany(entry => entry.RepoTags.DefaultIfEmpty(entry.Config)).Take(MaxNamesListed).Select(Printable.Text));
        return matches switch
        {
            [var only] => only,
            [] => throw new LayerStoreException(
                ErrorKind.NotFound,
                $"no image \"{Printable.Text(reference.Tag ?? "")}\" in {Printable.Text(reference.Path)} ({reference.Split()})",
                names.Length == 0 ? "The archive holds no images." : $"It has: {names}."),
            _ => throw new LayerStoreException(
                ErrorKind.InvalidArgument,
                $"several images in {Printable.Text(reference.Path)} match: {names}",
                $"Add the name of one: docker-archive:{reference.Path}:REF."),
        };
    }

    private static string Spell(string name) => ImageReference.TryParse(name, out ImageReference? parsed) ? parsed.ToString() : name;

    private ImageConfig ReadConfig(DockerArchiveEntry entry)
    {
        ReadOnlyMemory<byte> bytes = _archive!.ReadFile(ArchiveFile.Normalize(entry.Config) ?? "") ?? throw Missing(entry.Config);
        ImageConfig config = ImageConfig.Parse(bytes, limits: Documents);

        // Most makers name the config by its digest. Nothing else would show that it was damaged.
        string name = entry.Config[(entry.Config.LastIndexOf('/') + 1)..];
        name = name.EndsWith(".json", StringComparison.Ordinal) ? name[..^".json".Length] : name;
        name = name.Contains(':', StringComparison.Ordinal) ? name : $"sha256:{name}";
        return !Digest.TryParse(name, out Digest? expected) || expected == Digest.Compute(bytes.Span, expected.Algorithm)
            ? config
            : throw new DigestMismatchException("image config", expected, config.Digest);
    }

    private Descriptor FindLayer(string name, Digest diffId, CancellationToken cancellationToken)
    {
        string path = ArchiveFile.Normalize(name) ?? "";
        using LocalFileStream layer = _archive!.OpenFile(path) ?? throw Missing(name);
        byte[] start = new byte[6];
        bool compressed = ArchiveFile.IsCompressed(start.AsSpan(0, layer.Read(start)));
        layer.Position = 0;
        Digest digest = diffId;
        if (compressed && !_hashed.TryGetValue(path, out digest!))
        {
            // Once for each file: an archive may name one file as any number of layers.
            _hashed[path] = digest = Hash(layer, cancellationToken);
        }

        // The type is a claim that nobody relies on; bzip2 and xz have none.
        CompressionKind kind = start[0] switch
        {
            0x1f when compressed => CompressionKind.Gzip,
            0x28 or (>= 0x50 and <= 0x5f) when compressed => CompressionKind.Zstd,
            _ => CompressionKind.None,
        };
        _blobs[digest] = () => _archive.OpenFile(path)!;
        return new Descriptor(MediaTypes.ForLayer(kind, docker: false), digest, layer.Length);
    }

    private static Digest Hash(Stream stream, CancellationToken cancellationToken)
    {
        using System.Security.Cryptography.IncrementalHash hash = DigestAlgorithm.Sha256.CreateHash();
        byte[] buffer = new byte[1 << 17];
        for (int read; (read = stream.Read(buffer)) > 0;)
        {
            cancellationToken.ThrowIfCancellationRequested();
            hash.AppendData(buffer, 0, read);
        }

        return Digest.Finish(DigestAlgorithm.Sha256, hash);
    }

    private void Remember(OciDocument document)
    {
        byte[] bytes = document.Bytes.ToArray();
        _blobs[document.Digest] = () => new MemoryStream(bytes, writable: false);
    }

    private LayerStoreException Missing(string name) => new(
        ErrorKind.DataLoss,
        $"{Printable.Text(name)} is missing from {Printable.Text(reference.Path)}",
        "The archive is incomplete: save the image again.");
}
