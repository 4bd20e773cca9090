using System.Text.Json;
using LayerStore.Oci;

namespace LayerStore.Transports.DockerArchive;

/// <summary>An image in the <c>manifest.json</c> of a docker archive.</summary>
/// <param name="Config">The path of the config in the archive.</param>
/// <param name="RepoTags">The image's names.</param>
/// <param name="Layers">The paths of the layers, base first.</param>
internal sealed record DockerArchiveEntry(string Config, IReadOnlyList<string> RepoTags, IReadOnlyList<string> Layers)
{
    private static readonly HashSet<string> s_keys = StrictObject.Keys("Config", "RepoTags", "Layers");

    /// <summary>Reads <c>manifest.json</c>.</summary>
    public static IReadOnlyList<DockerArchiveEntry> Parse(ReadOnlyMemory<byte> bytes, string what, DocumentLimits limits) =>
        StrictJson.Parse(bytes, what, JsonValueKind.Array, limits, root =>
        {
            List<DockerArchiveEntry> entries = [];
            foreach (JsonElement element in root.EnumerateArray())
            {
                StrictObject json = new(element, what, s_keys);
                entries.Add(new DockerArchiveEntry(json.RequiredText("Config"), json.Texts("RepoTags"), json.Texts("Layers")));
            }

            return entries;
        });

    /// <summary>Writes a <c>manifest.json</c> with this image alone.</summary>
    public byte[] Write() => RawJson.Write(writer =>
    {
        writer.WriteStartArray();
        writer.WriteStartObject();
        writer.WriteString(nameof(Config), Config);
        writer.WriteStartArray(nameof(RepoTags));
        foreach (string tag in RepoTags)
        {
            writer.WriteStringValue(tag);
        }

        writer.WriteEndArray();
        writer.WriteStartArray(nameof(Layers));
        foreach (string layer in Layers)
        {
            writer.WriteStringValue(layer);
        }

        writer.WriteEndArray();
        writer.WriteEndObject();
        writer.WriteEndArray();
    });
}
