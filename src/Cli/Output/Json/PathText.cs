using System.Text;

namespace LayerStore.Cli.Output.Json;

/// <summary>A path in a layer as JSON can have it: text, and beside it the bytes where they are not UTF-8 (then the text has U+FFFD). The root is <c>.</c>.</summary>
internal readonly record struct PathText(string Text, string? Base64)
{
    private static readonly UTF8Encoding s_strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>The text of a path.</summary>
    public static PathText Of(ByteString path)
    {
        if (path.IsEmpty)
        {
            return new PathText(".", null);
        }

        try
        {
            return new PathText(s_strict.GetString(path.Span), null);
        }
        catch (DecoderFallbackException)
        {
            return new PathText(Encoding.UTF8.GetString(path.Span), Convert.ToBase64String(path.Span));
        }
    }
}
