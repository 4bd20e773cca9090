using BenchTool.Results;

namespace BenchTool.Tests;

/// <summary>Result files of a few lines.</summary>
internal static class ResultText
{
    /// <summary>A file with these lines after its head.</summary>
    public static ResultFile Parse(params string[] lines) => ResultFile.Parse("a.tsv", new StringReader(string.Join('\n', ["part\tpart", .. lines])));
}
