namespace BenchTool.Report;

/// <summary>A Markdown document with sections that commands write, each between the marks <c>&lt;!-- NAME --&gt;</c> and <c>&lt;!-- /NAME --&gt;</c>.</summary>
internal static class Document
{
    /// <summary>The document with another text between a section's marks; as it was if it has no such marks.</summary>
    /// <exception cref="FormatException">A section is not closed.</exception>
    public static string Replace(string document, string section, string text)
    {
        string open = $"<!-- {section} -->\n";
        int from = document.IndexOf(open, StringComparison.Ordinal);
        if (from < 0)
            return document;
        from += open.Length;
        int to = document.IndexOf($"<!-- /{section} -->", from, StringComparison.Ordinal);
        return to >= 0 ? document[..from] + text + document[to..] : throw new FormatException($"the section {section} has no end, <!-- /{section} -->");
    }
}
