using System.Text;
using FsCheck;
using FsCheck.Fluent;
using LayerStore.Compression;
using LayerStore.Images;
using LayerStore.Oci;
using LayerStore.Transports;

namespace LayerStore.Tests.Oci;

/// <summary>Whatever a document's bytes are, it is read or refused; and what is read can be edited.</summary>
public sealed class DocumentFuzzTests
{
    private const string Hash = "sha256:44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a";
    private const string Blob = $$"""{"mediaType":"application/vnd.oci.image.config.v1+json","digest":"{{Hash}}","size":2,"data":"e30=","annotations":{"a":"\u00e9"} }""";
    private const string Manifest = $$"""{"schemaVersion":2,"config":{{Blob}},"layers":[{{Blob}}],"subject":{{Blob}},"annotations":{"k":"v"} }""";
    private const string Index = $$"""{"schemaVersion":2,"manifests":[{{Blob}},{"mediaType":"x/y","digest":"{{Hash}}","size":2,"platform":{"os":"linux","architecture":"arm"} }]}""";
    private const string Config = $$"""{"created":"2024-05-06T07:08:09Z","architecture":"amd64","os":"linux","config":{"Env":["A=B"],"Cmd":"x","Volumes":{"/v":{} } },"rootfs":{"type":"layers","diff_ids":["{{Hash}}"] },"history":[{"created_by":"x"}]}""";

    /// <summary>Pieces that change what JSON means.</summary>
    private static readonly byte[][] Pieces =
        [.. new[] { "\"", "{", "}", "[", "]", ",", ":", "null", "1e9", "-1", "\\ud800", "\\u0000", "\"layers\":", "\"Config\":", "\n" }.Select(Encoding.UTF8.GetBytes), [0xff], [0xc3], [0]];

    private static Gen<byte[]> Mutations(string document)
    {
        byte[] original = Encoding.UTF8.GetBytes(document);
        Gen<Func<byte[], byte[]>> mutation =
            from at in Gen.Choose(0, original.Length)
            from length in Gen.Choose(0, 12)
            from piece in Gen.Elements(Pieces)
            select new Func<byte[], byte[]>(bytes =>
            {
                int start = Math.Min(at, bytes.Length);
                return [.. bytes[..start], .. piece, .. bytes[Math.Min(start + length, bytes.Length)..]];
            });
        return mutation.ArrayOf(2).Select(mutations => mutations.Aggregate(original, (bytes, mutate) => mutate(bytes)));
    }

    private static void Check(string document, Action<byte[]> read) =>
        Prop.ForAll(Mutations(document).ToArbitrary(), bytes =>
        {
            try
            {
                read(bytes);
                return true;
            }
            catch (LayerStoreException exception)
            {
                return exception.Kind == ErrorKind.DataLoss && !exception.Message.Any(char.IsControl);
            }
        }).Check(FsCheck.Config.QuickThrowOnFailure.WithMaxTest(5000));

    [Fact]
    public void Manifests() => Check(Manifest, bytes =>
    {
        ImageManifest manifest = ImageManifest.Parse(bytes);
        ImageConfig config = ImageConfig.Parse(Encoding.UTF8.GetBytes(Config));
        NewLayer layer = new(Digest.Parse(Hash), 2, Digest.Parse(Hash), CompressionKind.None, new HistoryEntry(null));
        EditedImage edited = ImageEditor.AppendLayer(new EditedImage(manifest, config), layer, new BaseImage(manifest.Digest, null));
        Assert.Equal(manifest.Layers.Count + 1, edited.Manifest.Layers.Count);
        Assert.Equal(manifest.Bytes.ToArray(), bytes);
    });

    [Fact]
    public void Indexes() => Check(Index, bytes =>
    {
        ImageIndex index = ImageIndex.Parse(bytes);
        ImageIndex added = ImageIndex.Parse(OciLayout.AddImage(index, new Descriptor("x/y", Digest.Compute("new"u8), 3), "v1"));
        Assert.Equal(index.Manifests.Append(added.Manifests[^1]), added.Manifests);
    });

    [Fact]
    public void Configs() => Check(Config, bytes =>
    {
        ImageConfig config = ImageConfig.Parse(bytes);
        ImageManifest manifest = ImageManifest.Parse(Encoding.UTF8.GetBytes(Manifest));
        NewLayer layer = new(Digest.Parse(Hash), 2, Digest.Parse(Hash), CompressionKind.None, new HistoryEntry(null, "x"));
        EditedImage edited = ImageEditor.AppendLayer(new EditedImage(manifest, config), layer);
        Assert.Equal(config.DiffIds.Count + 1, edited.Config.DiffIds.Count);
        Assert.Equal(config.Runtime.Env, edited.Config.Runtime.Env);
    });
}
