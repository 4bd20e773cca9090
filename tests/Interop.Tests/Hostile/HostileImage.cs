using System.Security.Cryptography;
using System.Text;

namespace Interop.Tests.Hostile;

/// <summary>
/// An OCI layout of one image, or something else to pull, that a case makes as wrong as it likes. Documents are texts, so that they can
/// say what no serializer writes.
/// </summary>
internal sealed class HostileImage(string directory, string canary)
{
    private const string ConfigType = "application/vnd.oci.image.config.v1+json";
    private const string LayerType = "application/vnd.oci.image.layer.v1.tar";
    private const string ManifestType = "application/vnd.oci.image.manifest.v1+json";

    /// <summary>A directory of its own.</summary>
    public string Directory => directory;

    /// <summary>A directory outside of every root, which nobody may touch: it has <c>file</c>, <c>cage/</c> and <c>link</c>.</summary>
    public string Canary => canary;

    /// <summary>The way up from the root of any tree to the canary.</summary>
    public string CanaryFromBelow => string.Concat(Enumerable.Repeat("../", 30)) + canary[1..];

    /// <summary>What to pull.</summary>
    public string Source { get; set; } = $"oci:{directory}/layout:it";

    /// <summary>More arguments of the pull.</summary>
    public string[] Options { get; set; } = [];

    /// <summary>The layout's directory.</summary>
    public string Layout => Path.Combine(directory, "layout");

    public static string DigestOf(byte[] data) => "sha256:" + Convert.ToHexStringLower(SHA256.HashData(data));

    /// <summary>The layout's path of a blob.</summary>
    public string BlobPath(string digest) => Path.Combine(Layout, "blobs", digest.Replace(':', '/'));

    /// <summary>A descriptor; its blob is written too.</summary>
    public string Blob(string mediaType, byte[] data, string more = "")
    {
        string digest = DigestOf(data);
        string path = BlobPath(digest);
        System.IO.Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllBytes(path, data);
        return $$"""{"mediaType":"{{mediaType}}","digest":"{{digest}}","size":{{data.Length}}{{more}}}""";
    }

    public string Blob(string mediaType, string text, string more = "") => Blob(mediaType, Encoding.UTF8.GetBytes(text), more);

    /// <summary>An image of these layers, tars as they are.</summary>
    public void Layers(params byte[][] tars) => Packed([.. tars.Select(tar => (tar, tar))]);

    /// <summary>An image of these layers: blobs, and the tars that they should unpack to.</summary>
    public void Packed(params (byte[] Blob, byte[] Tar)[] layers) => Image(layers);

    /// <summary>An image whose documents are edited as text before they are named by their digests.</summary>
    public void Edited(Func<string, string>? config = null, Func<string, string>? manifest = null, Func<string, string>? index = null) =>
        Image([(s_tar, s_tar)], config, manifest, index);

    /// <summary>Writes <c>index.json</c>.</summary>
    public void Index(string json, string marker = """{"imageLayoutVersion":"1.0.0"}""")
    {
        System.IO.Directory.CreateDirectory(Path.Combine(Layout, "blobs/sha256"));
        File.WriteAllText(Path.Combine(Layout, "oci-layout"), marker);
        File.WriteAllText(Path.Combine(Layout, "index.json"), json);
    }

    /// <summary>An index of descriptors; the first is named <c>it</c>.</summary>
    public static string IndexOf(params string[] descriptors) => $$"""{"schemaVersion":2,"manifests":[{{string.Join(',', descriptors)}}]}""";

    /// <summary>The annotation that names an image in the layout.</summary>
    public const string Named = ""","annotations":{"org.opencontainers.image.ref.name":"it"}""";

    private static readonly byte[] s_tar = new LayerStore.Tests.Tar.RawTar().File("hello", "world").End().ToArray();

    private void Image(
        (byte[] Blob, byte[] Tar)[] layers, Func<string, string>? config = null, Func<string, string>? manifest = null, Func<string, string>? index = null)
    {
        string diffIds = string.Join(',', layers.Select(layer => $"\"{DigestOf(layer.Tar)}\""));
        string configJson = $$$"""{"os":"linux","architecture":"amd64","rootfs":{"type":"layers","diff_ids":[{{{diffIds}}}]}}""";
        string configBlob = Blob(ConfigType, config?.Invoke(configJson) ?? configJson);
        string layerBlobs = string.Join(',', layers.Select(layer => Blob(LayerType, layer.Blob)));
        string manifestJson = $$"""{"schemaVersion":2,"mediaType":"{{ManifestType}}","config":{{configBlob}},"layers":[{{layerBlobs}}]}""";
        string descriptor = Blob(ManifestType, manifest?.Invoke(manifestJson) ?? manifestJson, Named);
        string indexJson = IndexOf(descriptor);
        Index(index?.Invoke(indexJson) ?? indexJson);
    }
}
