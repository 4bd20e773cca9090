using System.Text.Json;

namespace LayerStore.Oci;

/// <summary>
/// A list of images, or of further indexes, to choose from (OCI image-spec, image-index.md; Docker's manifest list), or
/// a layout's <c>index.json</c>.
/// </summary>
public sealed class ImageIndex : OciDocument
{
    private static readonly HashSet<string> IndexKeys = StrictObject.Keys(
        "schemaVersion", "mediaType", "artifactType", "manifests", "subject", "annotations", "layers", "config", "fsLayers");

    private ImageIndex(ReadOnlyMemory<byte> bytes, Descriptor descriptor)
        : base(bytes, descriptor)
    {
    }

    /// <summary>What there is to choose from, in order; its types may be unknown.</summary>
    public required IReadOnlyList<Descriptor> Manifests { get; init; }

    /// <summary>Annotations of the index itself.</summary>
    public required IReadOnlyDictionary<string, string> Annotations { get; init; }

    /// <summary>Parses an index.</summary>
    /// <param name="bytes">The document; kept, so not to be changed by the caller.</param>
    /// <param name="descriptor">What it was read by, already verified; null to describe the bytes.</param>
    /// <param name="limits">How large it may be; null for the defaults.</param>
    /// <exception cref="LayerStoreException"><see cref="ErrorKind.DataLoss"/>: not a valid index, or also a manifest (CVE-2021-41190).</exception>
    public static ImageIndex Parse(ReadOnlyMemory<byte> bytes, Descriptor? descriptor = null, DocumentLimits? limits = null)
    {
        string what = descriptor is null ? "the index" : $"index {descriptor.Digest}";
        return StrictJson.Parse(bytes, what, JsonValueKind.Object, limits, root =>
        {
            StrictObject json = new(root, what, IndexKeys);
            string mediaType = DocumentRules.Check(json, descriptor?.MediaType, isIndex: true);
            return new ImageIndex(bytes, descriptor ?? Describe(bytes, mediaType))
            {
                Manifests = DescriptorJson.ReadArray(json, "manifests"),
                Annotations = json.Map("annotations"),
            };
        });
    }
}
