using System.Text.Json;
using System.Text.Unicode;

namespace LayerStore.Oci;

/// <summary>
/// Reads JSON that two readers could not understand differently: within bounds, no key twice, no comments, valid text.
/// Everything wrong with it is a <see cref="LayerStoreException"/> of kind DataLoss.
/// </summary>
internal static class StrictJson
{
    /// <summary>The most bytes of a document; registries have the same limit.</summary>
    public const int MaxBytes = 4 << 20;

    /// <summary>The most levels of nesting.</summary>
    public const int MaxDepth = 64;

    /// <summary>Parses a document whose top is an object.</summary>
    /// <param name="bytes">The document.</param>
    /// <param name="what">What it is, for messages: <c>manifest sha256:…</c>.</param>
    /// <param name="kind">The kind of its top: object or array.</param>
    /// <param name="read">Makes the view; it must not keep the element.</param>
    public static T Parse<T>(ReadOnlyMemory<byte> bytes, string what, JsonValueKind kind, Func<JsonElement, T> read)
    {
        if (bytes.Length > MaxBytes)
        {
            throw Error(what, $"has {bytes.Length} bytes, more than the {MaxBytes} that are allowed");
        }

        // The parser looks only at the text that is asked for. Other readers put U+FFFD in the place of what is no character, and see other keys.
        if (!Utf8.IsValid(bytes.Span))
        {
            throw Error(what, "holds text that is not valid Unicode");
        }

        try
        {
            using JsonDocument document = JsonDocument.Parse(bytes, new JsonDocumentOptions { MaxDepth = MaxDepth, AllowDuplicateProperties = false });
            return document.RootElement.ValueKind == kind
                ? read(document.RootElement)
                : throw Error(what, $"is not a JSON {(kind == JsonValueKind.Array ? "array" : "object")}");
        }
        catch (JsonException exception)
        {
            throw Error(what, $"is not valid JSON: {exception.Message.TrimEnd('.')}", exception);
        }
        catch (InvalidOperationException exception)
        {
            // What System.Text.Json says of an escape that is half a character.
            throw Error(what, "holds text that is not valid Unicode", exception);
        }
    }

    /// <summary>The error for a document that is not as it should be.</summary>
    public static LayerStoreException Error(string what, string problem, Exception? cause = null) =>
        new(ErrorKind.DataLoss, Printable.Text($"{what} {problem}"), "The image is damaged, or was made wrongly: fetch or build it again.", cause);
}
