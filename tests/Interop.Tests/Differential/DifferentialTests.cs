using Interop.Tests.Differential.Corpus;
using Interop.Tests.Support;
using Xunit.Abstractions;

namespace Interop.Tests.Differential;

/// <summary>
/// Every archive of the corpus as LayerStore and as others read it. What differs is explained in docs/disagreements.md, and shows exactly as
/// often as testdata/golden/disagreements.tsv says: a new difference fails, and so does one that is gone.
/// </summary>
[Long]
public sealed class DifferentialTests(CorpusReadings corpus, ITestOutputHelper output) : IClassFixture<CorpusReadings>
{
    public static TheoryData<string> Archives { get; } = [.. ArchiveCorpus.Names];

    [SkippableTheory]
    [MemberData(nameof(Archives))]
    public void Readers_differ_only_as_documented(string archive)
    {
        Tools.RequireRoot();
        Tools.Require("unshare", "findmnt", "getfattr", "perl", "jq");
        ArchiveReadings readings = corpus.Of(archive);

        List<string> unexplained = [];
        List<string> changed = [];
        foreach (var (tool, theirs) in readings.Others.Where(other => IsTheDocumented(other.Key)))
        {
            var ours = readings.OursFor(tool);
            var differences = Difference.Between(ours, theirs);
            var causes = differences.ToLookup(difference => DisagreementDocument.All.FirstOrDefault(entry => entry.Explains(archive, tool, difference))?.Id);
            foreach (var difference in differences)
                output.WriteLine($"{tool}: {difference}");
            unexplained.AddRange(causes[null].Select(difference => $"{tool}: {difference}"));
            string[] counts = [.. causes.Where(cause => cause.Key is not null).Select(cause => $"{cause.Key} {cause.Count()}").Order(StringComparer.Ordinal)];
            if (GoldenApproval.Approving)
                GoldenCounts.Approve(archive, tool, counts);
            if (!counts.SequenceEqual(GoldenCounts.Of(archive, tool)))
                changed.Add($"{tool}: now [{string.Join(", ", counts)}], listed [{string.Join(", ", GoldenCounts.Of(archive, tool))}]");
            output.WriteLine($"{tool}: ours {ours.Refusal ?? "read"}; theirs {theirs.Refusal ?? "read"}");
        }

        Assert.True(unexplained.Count == 0, $"differences that docs/disagreements.md does not explain:\n{string.Join('\n', unexplained)}");
        Assert.True(changed.Count == 0, $"disagreements that came or went (`make approve-golden` takes them):\n{string.Join('\n', changed)}");
    }

    [SkippableTheory]
    [InlineData("tar")]
    [InlineData("bsdtar")]
    [InlineData("umoci")]
    [InlineData("python")]
    [InlineData("dotnet")]
    public void The_tool_here_is_the_one_that_was_compared(string tool)
    {
        var version = Tool.Named(tool).Version;
        Skip.If(version is null, $"not installed: {tool}");
        if (GoldenApproval.Approving)
            GoldenCounts.ApproveVersion(tool, version);

        Skip.IfNot(version == GoldenCounts.VersionOf(tool), $"{tool} is {version}: its disagreements are listed for {GoldenCounts.VersionOf(tool)}, so it is left out");
    }

    private static bool IsTheDocumented(string tool) => GoldenApproval.Approving || Tool.Named(tool).Version == GoldenCounts.VersionOf(tool);
}
