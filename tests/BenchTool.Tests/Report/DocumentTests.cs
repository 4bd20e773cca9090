using BenchTool.Report;

namespace BenchTool.Tests.Report;

public sealed class DocumentTests
{
    private const string Text = "a\n<!-- rm -->\nold\n<!-- /rm -->\nb\n<!-- rmi -->\nkept\n<!-- /rmi -->\n";

    [Fact]
    public void Only_what_is_between_the_marks_changes() =>
        Assert.Equal(Text.Replace("old\n", "new\n", StringComparison.Ordinal), Document.Replace(Text, "rm", "new\n"));

    [Fact]
    public void The_same_text_again_changes_nothing() => Assert.Equal(Text, Document.Replace(Text, "rm", "old\n"));

    [Fact]
    public void A_document_without_the_section_stays() => Assert.Equal(Text, Document.Replace(Text, "pull", "new\n"));

    [Fact]
    public void A_section_without_an_end_is_refused() =>
        Assert.Throws<FormatException>(() => Document.Replace("<!-- rm -->\ntext\n", "rm", "new\n"));
}
