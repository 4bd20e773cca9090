using System.Text;

namespace Interop.Tests.Differential;

/// <summary>One file as a line of testdata/tree.pl: what one reader makes of one path. Everything is escaped text, to compare and to print.</summary>
internal sealed record FileLine(string Path, string Type, string Mode, string Owner, string Time, string Size, string Content, string Links, string Xattrs)
{
    /// <summary>Takes a line apart.</summary>
    public static FileLine Parse(string line) => line.Split('\t') is [var path, var type, var mode, var owner, var time, var size, var content, var links, var xattrs]
        ? new FileLine(path, type, mode, owner, time, size, content, links, xattrs)
        : throw new FormatException($"not a line of tree.pl: {line}");

    /// <summary>Bytes as tree.pl escapes them: octal for all but printable ASCII, and for the backslash.</summary>
    public static string Escape(ReadOnlySpan<byte> bytes)
    {
        StringBuilder text = new(bytes.Length);
        foreach (var b in bytes)
            text.Append(b is >= 0x21 and <= 0x7e and not (byte)'\\' ? ((char)b).ToString() : "\\" + Convert.ToString(b, 8).PadLeft(3, '0'));
        return text.ToString();
    }

    /// <summary>The extended attributes, as value by name.</summary>
    public IReadOnlyDictionary<string, string> XattrValues() => Xattrs == "-"
        ? new Dictionary<string, string>()
        : Xattrs.Split(',').ToDictionary(text => text[..text.LastIndexOf('=')], text => text[(text.LastIndexOf('=') + 1)..]);
}
