using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace LayerStore.Cli.Output;

/// <summary>Writes JSON that people can read too, and that does nothing to a terminal.</summary>
internal static class JsonText
{
    // The default encoder would write the + of every media type as \u002B, for the sake of web pages.
    private static readonly JavaScriptEncoder Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping;

    /// <summary>A value as JSON.</summary>
    public static string Format<T>(T value, JsonTypeInfo<T> type, bool indented) =>
        Write(indented, writer => JsonSerializer.Serialize(writer, value, type));

    /// <summary>Values as an indented array.</summary>
    public static string FormatArray<T>(IEnumerable<T> values, JsonTypeInfo<T> type) => Write(indented: true, writer =>
    {
        writer.WriteStartArray();
        foreach (T value in values)
        {
            JsonSerializer.Serialize(writer, value, type);
        }

        writer.WriteEndArray();
    });

    private static string Write(bool indented, Action<Utf8JsonWriter> write)
    {
        ArrayBufferWriter<byte> buffer = new();
        using (Utf8JsonWriter writer = new(buffer, new JsonWriterOptions { Indented = indented, Encoder = Encoder, NewLine = "\n" }))
        {
            write(writer);
        }

        return EscapeInvisible(Encoding.UTF8.GetString(buffer.WrittenSpan));
    }

    /// <summary>Writes as escapes what can mislead the eye, such as direction marks. Outside of strings JSON has none of it.</summary>
    public static string EscapeInvisible(string json)
    {
        if (!json.Any(IsInvisible))
        {
            return json;
        }

        StringBuilder result = new(json.Length + 16);
        foreach (char c in json)
        {
            _ = IsInvisible(c) ? result.Append(CultureInfo.InvariantCulture, $"\\u{(int)c:x4}") : result.Append(c);
        }

        return result.ToString();
    }

    private static bool IsInvisible(char c) => c != '\n'
        && char.GetUnicodeCategory(c) is UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator;
}
