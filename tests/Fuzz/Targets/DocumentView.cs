using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using LayerStore;
using LayerStore.Oci;

namespace Fuzz.Targets;

/// <summary>How to write down what a parser made of a document, to compare it.</summary>
internal static class DocumentView
{
    private static readonly string[] s_ofTheBytes = [nameof(OciDocument.Bytes), nameof(OciDocument.Descriptor), nameof(OciDocument.Digest)];

    /// <summary>Everything but what depends on the document's spelling.</summary>
    public static JsonSerializerOptions Options { get; } = new()
    {
        Converters = { new DigestConverter() },
        TypeInfoResolver = new DefaultJsonTypeInfoResolver { Modifiers = { LeaveOut } },
    };

    private static void LeaveOut(JsonTypeInfo type)
    {
        if (type.Type.IsAssignableTo(typeof(OciDocument)))
        {
            foreach (JsonPropertyInfo property in type.Properties.Where(property => s_ofTheBytes.Contains(property.Name)).ToList())
            {
                type.Properties.Remove(property);
            }
        }
    }

    private sealed class DigestConverter : JsonConverter<Digest>
    {
        public override Digest Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => Digest.Parse(reader.GetString()!);

        public override void Write(Utf8JsonWriter writer, Digest value, JsonSerializerOptions options) => writer.WriteStringValue(value.ToString());
    }
}
