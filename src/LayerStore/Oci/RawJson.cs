using System.Runtime.InteropServices;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace LayerStore.Oci;

/// <summary>
/// Changes a document and leaves the rest of it as it was: order, unknown fields, and the spelling of every value that
/// is not changed. The same input gives the same bytes.
/// </summary>
internal static class RawJson
{
    private static readonly JsonWriterOptions s_options = new()
    {
        // The result is never put into HTML; what the default escapes would only be harder to read.
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        MaxDepth = DocumentLimits.Stored.MaxDocumentDepth,
    };

    /// <summary>A change of one key: writes the new value, given the old one, or null where there is none.</summary>
    public delegate void Change(Utf8JsonWriter writer, JsonElement? old);

    /// <summary>Writes a new document.</summary>
    public static byte[] Write(Action<Utf8JsonWriter> write)
    {
        using MemoryStream stream = new();
        using (Utf8JsonWriter writer = new(stream, s_options))
        {
            write(writer);
        }

        return stream.ToArray();
    }

    /// <summary>Changes keys of a document that was parsed before; new keys come last, in the order given. A null change removes its key.</summary>
    public static byte[] Edit(ReadOnlyMemory<byte> document, params (string Key, Change? Change)[] changes)
    {
        using JsonDocument parsed = JsonDocument.Parse(document, new JsonDocumentOptions { MaxDepth = DocumentLimits.Stored.MaxDocumentDepth });
        return Write(writer => EditObject(writer, parsed.RootElement, changes));
    }

    /// <summary>Writes an object with changes. Null is an empty object.</summary>
    public static void EditObject(Utf8JsonWriter writer, JsonElement? source, params (string Key, Change? Change)[] changes)
    {
        writer.WriteStartObject();
        HashSet<string> changed = [];
        if (IsPresent(source))
        {
            foreach (JsonProperty property in source!.Value.EnumerateObject())
            {
                int index = Array.FindIndex(changes, candidate => candidate.Key == property.Name);
                if (index < 0)
                {
                    writer.WritePropertyName(property.Name);
                    Copy(writer, property.Value);
                    continue;
                }

                changed.Add(property.Name);
                Write(property.Name, changes[index].Change, IsPresent(property.Value) ? property.Value : null);
            }
        }

        foreach ((string key, Change? change) in changes)
        {
            if (!changed.Contains(key))
            {
                Write(key, change, null);
            }
        }

        writer.WriteEndObject();

        void Write(string key, Change? change, JsonElement? old)
        {
            if (change is not null)
            {
                writer.WritePropertyName(key);
                change(writer, old);
            }
        }
    }

    /// <summary>Writes an array's items, those that are kept, and then more.</summary>
    public static void EditArray(Utf8JsonWriter writer, JsonElement? source, Func<JsonElement, bool> keep, Action append)
    {
        writer.WriteStartArray();
        if (IsPresent(source))
        {
            foreach (JsonElement item in source!.Value.EnumerateArray())
            {
                if (keep(item))
                {
                    Copy(writer, item);
                }
            }
        }

        append();
        writer.WriteEndArray();
    }

    private static bool IsPresent(JsonElement? element) => element is { ValueKind: not JsonValueKind.Null };

    private static void Copy(Utf8JsonWriter writer, JsonElement value) =>
        writer.WriteRawValue(JsonMarshal.GetRawUtf8Value(value), skipInputValidation: true);
}
