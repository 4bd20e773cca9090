using LayerStore.Cli.Output;

namespace Cli.Tests.Output;

public sealed class TableTests
{
    private const string Digest = "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

    [Fact]
    public void Columns_are_aligned_and_long_cells_are_cut() => Assert.Equal(
        """
        NAME                 SIZE  NOTE
        a                       5  -
        sha256:e3b0c44298fc   500  xxxxxxxxx…

        """,
        Write(full: false, ("a", 5, ""), (Digest, 500, new string('x', 30))));

    [Fact]
    public void Nothing_is_cut_when_nothing_may_be() => Assert.Equal(
        $"""
        NAME{new string(' ', 69)}SIZE  NOTE
        {Digest}   500  {new string('x', 30)}

        """,
        Write(full: true, (Digest, 500, new string('x', 30))));

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Nothing_in_a_table_controls_a_terminal(bool full) =>
        Assert.DoesNotContain(Write(full, ("\e]0;x\a", 1, "\r\n\u009b\u202e")).ReplaceLineEndings(""), char.IsControl);

    [Fact]
    public void An_empty_table_has_a_heading() => Assert.Equal("NAME  SIZE  NOTE\n", Write(full: false));

    private static string Write(bool full, params (string Name, int Size, string Note)[] rows)
    {
        using StringWriter output = new() { NewLine = "\n" };
        Table.Write(
            rows,
            [new("NAME", row => row.Name), new("SIZE", row => Format.Count(row.Size), IsNumber: true), new("NOTE", row => row.Note, MaxLength: 10)],
            full,
            output);
        return output.ToString();
    }
}
