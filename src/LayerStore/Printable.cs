using System.Globalization;
using System.Text;

namespace LayerStore;

/// <summary>Makes untrusted text safe to print: no control characters reach a terminal or a log.</summary>
public static class Printable
{
    private const int MaxLength = 512;

    /// <summary>The text with control characters, line separators and lone surrogates as escapes, cut at 512 characters.</summary>
    public static string Text(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        StringBuilder result = new(Math.Min(text.Length, MaxLength) + 8);
        foreach (char c in text)
        {
            if (result.Length >= MaxLength)
            {
                return result.Append('…').ToString();
            }

            if (char.IsControl(c) || char.IsSurrogate(c) || char.GetUnicodeCategory(c) is UnicodeCategory.Format
                or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator)
            {
                result.Append(c < 0x100 ? $"\\x{(int)c:x2}" : $"\\u{(int)c:x4}");
            }
            else
            {
                result.Append(c);
            }
        }

        return result.ToString();
    }

    /// <summary>Bytes that are most often UTF-8 text; bytes that are not become <c>\xNN</c>, and a backslash <c>\\</c>, so nothing is ambiguous.</summary>
    public static string Bytes(ReadOnlySpan<byte> bytes)
    {
        StringBuilder result = new(bytes.Length);
        while (!bytes.IsEmpty && result.Length < MaxLength)
        {
            System.Buffers.OperationStatus status = Rune.DecodeFromUtf8(bytes, out Rune rune, out int consumed);
            if (status != System.Buffers.OperationStatus.Done || Rune.IsControl(rune)
                || Rune.GetUnicodeCategory(rune) is UnicodeCategory.Format or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator)
            {
                foreach (byte b in bytes[..consumed])
                {
                    result.Append(CultureInfo.InvariantCulture, $"\\x{b:x2}");
                }
            }
            else if (rune.Value == '\\')
            {
                result.Append("\\\\");
            }
            else
            {
                result.Append(rune.ToString());
            }

            bytes = bytes[consumed..];
        }

        return bytes.IsEmpty ? result.ToString() : result.Append('…').ToString();
    }
}
