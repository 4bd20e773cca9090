using System.Text.RegularExpressions;

namespace Cli.Tests.Architecture;

/// <summary>docs/format.md is the contract of the store's format; it must not fall behind the code.</summary>
public sealed partial class FormatDocumentTests
{
    [Theory]
    [InlineData("src/LayerStore/Metadata/MetadataDatabase.cs")]
    [InlineData("src/Snapshotter/Snapshots/Database/SnapshotDatabase.cs")]
    public void The_schemas_are_those_of_the_code(string source)
    {
        var document = Words(File.ReadAllText(Repository.PathOf("docs/format.md")));
        var statements = Statement().Matches(File.ReadAllText(Repository.PathOf(source))).Select(match => Words(match.Value)).ToArray();

        Assert.NotEmpty(statements);
        Rules.AssertKept(statements.Where(statement => !document.Contains(statement, StringComparison.Ordinal)));
    }

    [Fact]
    public void The_format_version_is_that_of_the_code() =>
        Assert.Contains($"Format {LayerStore.Content.StoreLayout.Format}.", File.ReadAllText(Repository.PathOf("docs/format.md")), StringComparison.Ordinal);

    private static string Words(string text) => Space().Replace(text, " ");

    [GeneratedRegex(@"^\s*(CREATE|ALTER|DROP) [\s\S]*?;", RegexOptions.Multiline)]
    private static partial Regex Statement();

    [GeneratedRegex(@"\s+")]
    private static partial Regex Space();
}
