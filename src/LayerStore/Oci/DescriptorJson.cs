using System.Text.Json;

namespace LayerStore.Oci;

/// <summary>Descriptors and platforms in JSON (OCI image-spec, descriptor.md and image-index.md).</summary>
internal static class DescriptorJson
{
    private static readonly HashSet<string> DescriptorKeys =
        StrictObject.Keys("mediaType", "digest", "size", "urls", "annotations", "data", "platform", "artifactType");

    private static readonly HashSet<string> PlatformKeys =
        StrictObject.Keys("architecture", "os", "os.version", "os.features", "variant");

    /// <summary>Reads a descriptor and verifies what it embeds.</summary>
    public static Descriptor Read(JsonElement element, string what)
    {
        StrictObject json = new(element, what, DescriptorKeys);
        string mediaType = json.RequiredText("mediaType");
        string text = json.RequiredText("digest");
        if (!Digest.TryParse(text, out Digest? digest))
        {
            throw StrictJson.Error(what, $"has \"{text}\", which is not a digest that can be verified");
        }

        long size = json.Integer("size") ?? throw StrictJson.Error(what, "has no size");
        if (size < 0)
        {
            throw StrictJson.Error(what, $"has the size {size}");
        }

        return new Descriptor(mediaType, digest, size)
        {
            Platform = json.Find("platform") is { } platform ? ReadPlatform(platform, $"{what}'s platform") : null,
            Annotations = json.Map("annotations"),
            ArtifactType = json.Text("artifactType"),
            Data = json.Find("data") is { } data ? ReadData(data, what, digest, size) : null,
        };
    }

    /// <summary>Reads the descriptors in an array.</summary>
    public static IReadOnlyList<Descriptor> ReadArray(StrictObject json, string key)
    {
        List<Descriptor> descriptors = [];
        foreach (JsonElement item in json.Items(key))
        {
            descriptors.Add(Read(item, $"{json.What}, {key}[{descriptors.Count}]"));
        }

        return descriptors;
    }

    /// <summary>Writes the fields that a new descriptor has, in the order of the specification.</summary>
    public static void Write(Utf8JsonWriter writer, Descriptor descriptor)
    {
        writer.WriteStartObject();
        writer.WriteString("mediaType", descriptor.MediaType);
        writer.WriteString("digest", descriptor.Digest.ToString());
        writer.WriteNumber("size", descriptor.Size);
        if (descriptor.ArtifactType is { } artifactType)
        {
            writer.WriteString("artifactType", artifactType);
        }

        if (descriptor.Platform is { } platform)
        {
            writer.WriteStartObject("platform");
            writer.WriteString("architecture", platform.Architecture);
            writer.WriteString("os", platform.Os);
            if (platform.OsVersion is { } version)
            {
                writer.WriteString("os.version", version);
            }

            if (platform.Variant is { } variant)
            {
                writer.WriteString("variant", variant);
            }

            writer.WriteEndObject();
        }

        if (descriptor.Annotations.Count > 0)
        {
            writer.WriteStartObject("annotations");
            foreach ((string key, string value) in descriptor.Annotations.OrderBy(pair => pair.Key, StringComparer.Ordinal))
            {
                writer.WriteString(key, value);
            }

            writer.WriteEndObject();
        }

        writer.WriteEndObject();
    }

    /// <summary>An empty object says as much as none.</summary>
    private static Platform? ReadPlatform(JsonElement element, string what)
    {
        StrictObject json = new(element, what, PlatformKeys);
        Platform platform = new(json.Text("os") ?? "", json.Text("architecture") ?? "", json.Text("variant"), json.Text("os.version"));
        return platform.Os.Length + platform.Architecture.Length > 0 ? platform : null;
    }

    private static byte[] ReadData(JsonElement element, string what, Digest digest, long size) =>
        element.ValueKind == JsonValueKind.String
        && element.TryGetBytesFromBase64(out byte[]? data)
        && data.Length == size
        && Digest.Compute(data, digest.Algorithm) == digest
            ? data
            : throw StrictJson.Error(what, "embeds data that are not the ones it names");
}
