using System.Text.Json;
using System.Text.Unicode;

namespace LayerStore.Oci;

/// <summary>
/// Reads JSON that two readers could not understand differently: within bounds, no key twice, no comments, valid text.
/// Everything wrong with it is a <see cref="LayerStoreException"/> of kind DataLoss.
/// </summary>
internal static class StrictJson
{
    /// <summary>Parses a document whose top is an object.</summary>
    /// <param name="bytes">The document.</param>
    /// <param name="what">What it is, for messages: <c>manifest sha256:…</c>.</param>
    /// <param name="kind">The kind of its top: object or array.</param>
    /// <param name="limits">How large it may be; null for the defaults.</param>
    /// <param name="read">Makes the view; it must not keep the element.</param>
    public static T Parse<T>(ReadOnlyMemory<byte> bytes, string what, JsonValueKind kind, DocumentLimits? limits, Func<JsonElement, T> read)
    {
        limits ??= DocumentLimits.Default;
        CheckSize(what, bytes.Length, limits);

        // The parser looks only at the text that is asked for. Other readers put U+FFFD in the place of what is no character, and see other keys.
        if (!Utf8.IsValid(bytes.Span))
        {
            throw Error(what, "holds text that is not valid Unicode");
        }

        try
        {
            using JsonDocument document = JsonDocument.Parse(bytes, new JsonDocumentOptions { MaxDepth = limits.MaxDocumentDepth, AllowDuplicateProperties = false });
            return document.RootElement.ValueKind == kind
                ? read(document.RootElement)
                : throw Error(what, $"is not a JSON {(kind == JsonValueKind.Array ? "array" : "object")}");
        }
        catch (JsonException exception)
        {
            throw IsTooDeep(bytes.Span, limits.MaxDocumentDepth)
                ? OverLimit(what, $"is nested deeper than {nameof(DocumentLimits.MaxDocumentDepth)} allows ({limits.MaxDocumentDepth})", nameof(DocumentLimits.MaxDocumentDepth))
                : Error(what, $"is not valid JSON: {exception.Message.TrimEnd('.')}", exception);
        }
        catch (InvalidOperationException exception)
        {
            // What System.Text.Json says of an escape that is half a character.
            throw Error(what, "holds text that is not valid Unicode", exception);
        }
    }

    /// <summary>Refuses a document of this many bytes, before it is read, if they are too many.</summary>
    public static void CheckSize(string what, long bytes, DocumentLimits limits)
    {
        if (bytes > limits.MaxDocumentBytes)
        {
            throw OverLimit(
                what, $"has {bytes} bytes, more than {nameof(DocumentLimits.MaxDocumentBytes)} allows ({limits.MaxDocumentBytes})", nameof(DocumentLimits.MaxDocumentBytes));
        }
    }

    /// <summary>The error for a document over a limit.</summary>
    public static LayerStoreException OverLimit(string what, string problem, string limit) =>
        new(ErrorKind.DataLoss, Printable.Text($"{what} {problem}"), Limit.Hint(limit));

    /// <summary>The error for a document that is not as it should be.</summary>
    public static LayerStoreException Error(string what, string problem, Exception? cause = null) =>
        new(ErrorKind.DataLoss, Printable.Text($"{what} {problem}"), "The image is damaged, or was made wrongly: fetch or build it again.", cause);

    private static bool IsTooDeep(ReadOnlySpan<byte> bytes, int limit)
    {
        Utf8JsonReader reader = new(bytes, new JsonReaderOptions { MaxDepth = limit + 1 });
        try
        {
            while (reader.Read())
            {
                if (reader.CurrentDepth >= limit && reader.TokenType is JsonTokenType.StartObject or JsonTokenType.StartArray)
                {
                    return true;
                }
            }
        }
        catch (JsonException)
        {
        }

        return false;
    }
}
