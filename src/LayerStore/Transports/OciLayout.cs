using System.Text.Json;
using LayerStore.Images;
using LayerStore.Oci;

namespace LayerStore.Transports;

/// <summary>
/// The OCI image layout (OCI image-spec, image-layout.md), as a directory or inside of a tar:
/// <code>
/// oci-layout             {"imageLayoutVersion":"1.0.0"}
/// index.json             the images, each named by the annotation org.opencontainers.image.ref.name
/// blobs/sha256/6c3c…     every blob, named by its digest
/// </code>
/// </summary>
internal static class OciLayout
{
    /// <summary>The file that marks a layout.</summary>
    public const string MarkerFile = "oci-layout";

    /// <summary>The file that names the images.</summary>
    public const string IndexFile = "index.json";

    private const string Version = "1.0.0";
    private const int MaxNamesListed = 20;

    private static readonly HashSet<string> s_markerKeys = StrictObject.Keys("imageLayoutVersion");

    /// <summary>The bytes of the marker file.</summary>
    public static ReadOnlySpan<byte> Marker => "{\"imageLayoutVersion\":\"1.0.0\"}"u8;

    /// <summary>The directory of an algorithm's blobs.</summary>
    public static string BlobDirectory(DigestAlgorithm algorithm) => $"blobs/{algorithm.Name()}";

    /// <summary>A blob's path in the layout. Only a digest, which holds no separators, makes one.</summary>
    public static string BlobPath(Digest digest) => $"{BlobDirectory(digest.Algorithm)}/{digest.Encoded}";

    /// <summary>Refuses a marker file of another format or version.</summary>
    public static void CheckMarker(ReadOnlyMemory<byte> bytes, string what) =>
        _ = StrictJson.Parse(bytes, what, JsonValueKind.Object, DocumentLimits.Default, root =>
            new StrictObject(root, what, s_markerKeys).Text("imageLayoutVersion") is var version && version == Version
                ? true
                : throw StrictJson.Error(what, version is null ? "has no imageLayoutVersion" : $"has the version \"{version}\", not {Version}"));

    /// <summary>The error for a blob that is not there.</summary>
    public static LayerStoreException MissingBlob(Digest digest, TransportReference reference) => new(
        ErrorKind.DataLoss,
        $"blob {digest} is missing from {Printable.Text(reference.Path)}",
        "The layout is incomplete: copy or build it again.");

    /// <summary>Finds the image that a reference names.</summary>
    /// <remarks>
    /// A tag is compared byte for byte with the ref name and with the full name that containerd writes. Without a tag,
    /// anything that is an image or index matches. Entries for the same digest are one image; two images of one ref name
    /// are as ambiguous as two images without a tag (other tools take the first or the last).
    /// </remarks>
    public static Descriptor Choose(ImageIndex index, TransportReference reference)
    {
        List<Descriptor> images = [.. index.Manifests.Where(entry => entry.Platform is not { IsUnknown: true })];
        List<Descriptor> matches = [.. images
            .Where(entry => reference.Tag is { } tag
                ? IsNamed(entry, tag)
                : MediaTypes.IsManifest(entry.MediaType) || MediaTypes.IsIndex(entry.MediaType))
            .DistinctBy(entry => entry.Digest)];
        return matches switch
        {
            [var only] => only,
            [] => throw NotHere(images, reference),
            _ => throw new LayerStoreException(
                ErrorKind.InvalidArgument,
                $"several images in {Printable.Text(reference.Path)} match: {List(matches)}",
                reference.Tag is null ? $"Add the name of one: {reference}:TAG." : "The layout has this name more than once: remove or rename the others."),
        };
    }

    /// <summary>Whether an entry of <c>index.json</c> has this name.</summary>
    public static bool IsNamed(Descriptor entry, string name) =>
        entry.Annotations.GetValueOrDefault(Annotations.RefName) == name
        || entry.Annotations.GetValueOrDefault(Annotations.ContainerdImageName) == name;

    /// <summary>Refuses a tag that may not stand in a layout.</summary>
    public static void CheckTag(TransportReference reference)
    {
        if (reference.Tag is { } tag && !ImageName.IsRefName(tag))
        {
            throw new LayerStoreException(
                ErrorKind.InvalidArgument,
                $"the tag may not be written to a layout ({reference.Split()})",
                "A ref name is letters and digits, joined by one of - . _ : @ + / or by --.");
        }
    }

    /// <summary>
    /// The bytes of an <c>index.json</c> that also names this image. What has the same name gives way to it; without a name,
    /// only an equal entry without one does. All else stays as it was.
    /// </summary>
    public static byte[] AddImage(ImageIndex? existing, Descriptor target, string? tag)
    {
        SortedDictionary<string, string> annotations = new(StringComparer.Ordinal);
        foreach ((string key, string value) in target.Annotations.Where(pair => pair.Key is not (Annotations.RefName or Annotations.ContainerdImageName)))
        {
            annotations.Add(key, value);
        }

        if (tag is not null)
        {
            annotations.Add(Annotations.RefName, tag);
        }

        Descriptor entry = target with { Annotations = annotations };
        byte[] bytes = existing is null ? NewIndex(entry) : RawJson.Edit(existing.Bytes, ("manifests", Replace));
        return bytes.Length <= DocumentLimits.Default.MaxDocumentBytes
            ? bytes
            : throw new LayerStoreException(ErrorKind.ResourceExhausted, "index.json would have more than 4 MiB", "Write to another layout.");

        void Replace(Utf8JsonWriter writer, JsonElement? old)
        {
            // The parsed entries and the raw ones are the same list.
            int next = 0;
            RawJson.EditArray(writer, old, _ => !IsReplaced(existing.Manifests[next++]), () => DescriptorJson.Write(writer, entry));
        }

        bool IsReplaced(Descriptor old) => tag is null
            ? old.Digest == target.Digest && !old.Annotations.ContainsKey(Annotations.RefName) && !old.Annotations.ContainsKey(Annotations.ContainerdImageName)
            : IsNamed(old, tag);
    }

    private static byte[] NewIndex(Descriptor entry) => RawJson.Write(writer =>
    {
        writer.WriteStartObject();
        writer.WriteNumber("schemaVersion", 2);
        writer.WriteString("mediaType", MediaTypes.OciIndex);
        writer.WriteStartArray("manifests");
        DescriptorJson.Write(writer, entry);
        writer.WriteEndArray();
        writer.WriteEndObject();
    });

    private static LayerStoreException NotHere(List<Descriptor> images, TransportReference reference) => new(
        ErrorKind.NotFound,
        reference.Tag is { } tag
            ? $"no image \"{Printable.Text(tag)}\" in {Printable.Text(reference.Path)} ({reference.Split()})"
            : $"no image in {Printable.Text(reference.Path)}",
        images.Count == 0 ? "The layout names no images." : $"It has: {List(images)}.");

    private static string List(List<Descriptor> images)
    {
        IEnumerable<string> names = images
            .Select(entry => entry.Annotations.GetValueOrDefault(Annotations.RefName)
                ?? entry.Annotations.GetValueOrDefault(Annotations.ContainerdImageName)
                ?? entry.Digest.ToString())
            .Distinct()
            .Select(Printable.Text);
        return string.Join(", ", names.Take(MaxNamesListed)) + (images.Count > MaxNamesListed ? ", …" : "");
    }
}
