using Interop.Tests.Differential.Corpus;

namespace Interop.Tests.Differential;

/// <summary>docs/disagreements.md and the golden counts belong together.</summary>
public sealed class DisagreementDocumentTests
{
    public static TheoryData<string> Ids { get; } = [.. DisagreementDocument.All.Select(entry => entry.Id)];

    [Theory]
    [MemberData(nameof(Ids))]
    public void Every_disagreement_says_who_is_right_and_shows_for_each_of_its_tools(string id)
    {
        var entry = DisagreementDocument.All.Single(entry => entry.Id == id);

        Assert.Contains(entry.Right, (string[])["LayerStore", "the other", "both"]);
        Assert.NotEmpty(entry.Source);
        Assert.Equal(entry.Tools.Order(), GoldenCounts.All.Where(line => line.Id == id).Select(line => line.Tool).Distinct().Order());
    }

    [Fact]
    public void The_counts_are_of_archives_tools_and_disagreements_that_exist()
    {
        Assert.Subset(ArchiveCorpus.Names.ToHashSet(), GoldenCounts.All.Select(line => line.Archive).ToHashSet());
        Assert.Subset(Tool.All.Select(tool => tool.Name).ToHashSet(), GoldenCounts.All.Select(line => line.Tool).ToHashSet());
        Assert.Subset(DisagreementDocument.All.Select(entry => entry.Id).ToHashSet(), GoldenCounts.All.Select(line => line.Id).ToHashSet());
    }

    [Fact]
    public void Every_block_of_the_document_is_read()
    {
        var blocks = File.ReadLines(DisagreementDocument.Location).Count(line => line == "```disagreement");

        Assert.Equal(blocks, DisagreementDocument.All.Count);
    }
}
