using System.Text.Json;

namespace LayerStore.Oci;

/// <summary>An image or artifact: its config and its layers (OCI image-spec, manifest.md; Docker schema 2).</summary>
public sealed class ImageManifest : OciDocument
{
    private static readonly HashSet<string> ManifestKeys = StrictObject.Keys(
        "schemaVersion", "mediaType", "artifactType", "config", "layers", "subject", "annotations", "manifests", "fsLayers");

    private ImageManifest(ReadOnlyMemory<byte> bytes, Descriptor descriptor)
        : base(bytes, descriptor)
    {
    }

    /// <summary>The config; of any type.</summary>
    public required Descriptor Config { get; init; }

    /// <summary>The layers, base first; of any type.</summary>
    public required IReadOnlyList<Descriptor> Layers { get; init; }

    /// <summary>The type of an artifact, or null.</summary>
    public required string? ArtifactType { get; init; }

    /// <summary>The manifest that this one is about, or null. It need not exist.</summary>
    public required Descriptor? Subject { get; init; }

    /// <summary>Annotations.</summary>
    public required IReadOnlyDictionary<string, string> Annotations { get; init; }

    /// <summary>Whether it is an image with a root file system; else it is an artifact, which is stored and copied only.</summary>
    public bool IsImage => MediaTypes.IsImageConfig(Config.MediaType) && Layers.All(layer => MediaTypes.IsLayer(layer.MediaType));

    /// <summary>An OCI manifest of a config and layers, and of nothing else: the same for the same ones.</summary>
    internal static ImageManifest Of(Descriptor config, IReadOnlyList<Descriptor> layers) => Parse(RawJson.Write(writer =>
    {
        writer.WriteStartObject();
        writer.WriteNumber("schemaVersion", 2);
        writer.WriteString("mediaType", MediaTypes.OciManifest);
        writer.WritePropertyName("config");
        DescriptorJson.Write(writer, config);
        writer.WriteStartArray("layers");
        foreach (Descriptor layer in layers)
        {
            DescriptorJson.Write(writer, layer);
        }

        writer.WriteEndArray();
        writer.WriteEndObject();
    }));

    /// <summary>Parses a manifest.</summary>
    /// <param name="bytes">The document; kept, so not to be changed by the caller.</param>
    /// <param name="descriptor">What it was read by, already verified; null to describe the bytes.</param>
    /// <param name="limits">How large it may be; null for the defaults.</param>
    /// <exception cref="LayerStoreException"><see cref="ErrorKind.DataLoss"/>: not a valid manifest, or also an index (CVE-2021-41190).</exception>
    public static ImageManifest Parse(ReadOnlyMemory<byte> bytes, Descriptor? descriptor = null, DocumentLimits? limits = null)
    {
        string what = descriptor is null ? "the manifest" : $"manifest {descriptor.Digest}";
        return StrictJson.Parse(bytes, what, JsonValueKind.Object, limits, root =>
        {
            StrictObject json = new(root, what, ManifestKeys);
            string mediaType = DocumentRules.Check(json, descriptor?.MediaType, isIndex: false);
            Descriptor config = DescriptorJson.Read(json.Find("config") ?? throw StrictJson.Error(what, "has no config"), $"{what}, config");
            string? artifactType = json.Text("artifactType");
            if (config.MediaType == MediaTypes.OciEmpty && string.IsNullOrEmpty(artifactType))
            {
                // OCI image-spec, manifest.md: artifactType "MUST be set when config.mediaType is set to the empty value".
                throw StrictJson.Error(what, "has the empty config, and no artifactType that says what it is");
            }

            return new ImageManifest(bytes, descriptor ?? Describe(bytes, mediaType))
            {
                Config = config,
                Layers = DescriptorJson.ReadArray(json, "layers"),
                ArtifactType = artifactType,
                Subject = json.Find("subject") is { } subject ? DescriptorJson.Read(subject, $"{what}, subject") : null,
                Annotations = json.Map("annotations"),
            };
        });
    }
}
