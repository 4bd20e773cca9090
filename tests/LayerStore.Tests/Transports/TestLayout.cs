using System.Text;
using LayerStore.Oci;
using LayerStore.Transports;

namespace LayerStore.Tests.Transports;

/// <summary>A layout made by hand, so that it can be wrong in any way.</summary>
internal sealed class TestLayout : IDisposable
{
    private readonly TempDirectory _temp = new();
    private readonly List<string> _entries = [];

    public TestLayout()
    {
        Directory.CreateDirectory(PathOf("blobs/sha256"));
        File.WriteAllText(PathOf("oci-layout"), """{"imageLayoutVersion":"1.0.0"}""");
        WriteIndex();
    }

    public string Path => _temp["layout"];

    public static string Json(Descriptor descriptor, string more = "") =>
        $$"""{"mediaType":"{{descriptor.MediaType}}","digest":"{{descriptor.Digest}}","size":{{descriptor.Size}}{{more}}}""";

    public string PathOf(string name) => System.IO.Path.Join(Path, name);

    public string BlobPath(Descriptor descriptor) => PathOf($"blobs/sha256/{descriptor.Digest.Encoded}");

    public Descriptor Blob(string mediaType, byte[] bytes)
    {
        Descriptor descriptor = new(mediaType, Digest.Compute(bytes), bytes.Length);
        File.WriteAllBytes(BlobPath(descriptor), bytes);
        return descriptor;
    }

    public Descriptor Blob(string mediaType, string text) => Blob(mediaType, Encoding.UTF8.GetBytes(text));

    /// <summary>An image of one layer for a platform; its content tells it apart.</summary>
    public Descriptor Image(string content, string architecture = "amd64", bool docker = false)
    {
        Descriptor layer = Blob(docker ? MediaTypes.DockerLayer : MediaTypes.OciLayer, content);
        Descriptor config = Blob(
            docker ? MediaTypes.DockerConfig : MediaTypes.OciConfig,
            $$"""{"architecture":"{{architecture}}","os":"linux","rootfs":{"type":"layers","diff_ids":["{{layer.Digest}}"]} }""");
        return Manifest(docker ? MediaTypes.DockerManifest : MediaTypes.OciManifest, config, layer);
    }

    public Descriptor Manifest(string mediaType, Descriptor config, params Descriptor[] layers) => Blob(
        mediaType,
        $$"""{"schemaVersion":2,"mediaType":"{{mediaType}}",{{(config.MediaType == MediaTypes.OciEmpty ? "\"artifactType\":\"x/y\"," : "")}}"config":{{Json(config)}},"layers":[{{string.Join(',', layers.Select(layer => Json(layer)))}}],"x":1.50}""");

    public Descriptor Index(params string[] entries) =>
        Blob(MediaTypes.OciIndex, $$"""{"schemaVersion":2,"mediaType":"{{MediaTypes.OciIndex}}","manifests":[{{string.Join(',', entries)}}]}""");

    public static string OnPlatform(Descriptor manifest, string os, string architecture, string variant = "") =>
        Json(manifest, $$""","platform":{"os":"{{os}}","architecture":"{{architecture}}","variant":"{{variant}}"}""");

    /// <summary>Names an image in index.json.</summary>
    public void Tag(Descriptor target, string? name = null, string key = Annotations.RefName)
    {
        _entries.Add(Json(target, name is null ? "" : $$""","annotations":{"{{key}}":"{{name}}"}"""));
        WriteIndex();
    }

    public TransportReference Reference(string? tag = null) => new(TransportKind.OciDirectory, Path, tag);

    public IImageSource Open(string? tag = null) => ImageTransports.OpenSource(Reference(tag));

    public void Dispose() => _temp.Dispose();

    private void WriteIndex() =>
        File.WriteAllText(PathOf("index.json"), $$"""{"schemaVersion":2,"manifests":[{{string.Join(',', _entries)}}]}""");
}
