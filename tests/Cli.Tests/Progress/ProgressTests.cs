using Cli.Tests.Support;
using LayerStore;
using LayerStore.Cli;
using LayerStore.Cli.Progress;
using Snapshotter;

namespace Cli.Tests.Progress;

public sealed class ProgressTests
{
    private static readonly Digest A = Digest.Compute("a"u8);
    private static readonly Digest B = Digest.Compute("b"u8);

    private static readonly StoreProgress[] News =
    [
        new(A, StoreStage.Copy, StoreState.Running, 0, 4 << 20),
        new(B, StoreStage.Copy, StoreState.Exists, 0, 1 << 20),
        new(A, StoreStage.Copy, StoreState.Running, 1 << 20, 4 << 20),
        new(A, StoreStage.Copy, StoreState.Done, 4 << 20, 4 << 20),
        new(A, StoreStage.Unpack, StoreState.Waiting, 0, 4 << 20),
        new(B, StoreStage.Unpack, StoreState.Exists, 0, 1 << 20),
        new(A, StoreStage.Unpack, StoreState.Running, 2 << 20, 4 << 20),
    ];

    [Fact]
    public void Without_a_terminal_there_is_a_line_for_each_finished_layer() => Assert.Equal(
        """
        sha256:3e23e8160039 here already (1.00 MiB)
        sha256:ca978112ca1b copied (4.00 MiB)
        sha256:3e23e8160039 unpacked before (1.00 MiB)

        """,
        Show(ProgressMode.Auto, isTerminal: false));

    [Fact]
    public void Json_is_an_object_a_line() => GoldenFile.Verify("progress.jsonl", Show(ProgressMode.Json, isTerminal: true));

    [Fact]
    public void None_is_silent() => Assert.Empty(Show(ProgressMode.None, isTerminal: true));

    [Fact]
    public void On_a_terminal_there_is_a_bar_for_each_layer_and_one_for_all()
    {
        ProgressBoard board = new();
        foreach (StoreProgress news in News)
        {
            board.Update(news);
        }

        Assert.Equal(
            [
                "sha256:ca978112ca1b unpacking [#############.............] 2.00 MiB of 4.00 MiB",
                "sha256:3e23e8160039 here      [##########################] 1.00 MiB of 1.00 MiB",
                "total                         [####################......] 8.00 MiB of 10.0 MiB",
            ],
            board.Render(columns: 80, rows: 10));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(20)]
    [InlineData(40)]
    [InlineData(60)]
    [InlineData(200)]
    public void A_line_never_reaches_the_edge_of_the_terminal(int columns)
    {
        ProgressBoard board = new();
        board.Update(new(A, StoreStage.Unpack, StoreState.Running, long.MaxValue - 1, long.MaxValue));
        board.Update(new(A, StoreStage.Copy, StoreState.Done, long.MaxValue, long.MaxValue));
        board.Update(new(B, StoreStage.Copy, StoreState.Running, 5, 0));
        Assert.All(board.Render(columns, rows: 10), line => Assert.True(line.Length < Math.Max(columns, 1), line));
    }

    [Fact]
    public void More_layers_than_lines_show_only_what_is_under_way()
    {
        ProgressBoard board = new();
        for (byte i = 0; i < 100; i++)
        {
            board.Update(new(Digest.Compute([i]), StoreStage.Copy, i % 10 == 0 ? StoreState.Running : StoreState.Done, 1, 1));
        }

        IReadOnlyList<string> lines = board.Render(columns: 80, rows: 8);
        Assert.Equal(8, lines.Count);
        Assert.StartsWith("total", lines[^1], StringComparison.Ordinal);
        Assert.All(lines.SkipLast(1), line => Assert.Contains("copying", line, StringComparison.Ordinal));
    }

    [Fact]
    public void Bars_are_drawn_over_in_place_and_end_below_themselves()
    {
        string text = Show(ProgressMode.Auto, isTerminal: true);
        Assert.Contains("\e[3A\e[J", text, StringComparison.Ordinal);
        Assert.EndsWith("of 10.0 MiB\n", text, StringComparison.Ordinal);
    }

    [Fact]
    public void A_dumb_terminal_gets_lines() =>
        Assert.DoesNotContain('\e', Show(ProgressMode.Auto, isTerminal: true, terminal: "dumb"));

    [Fact]
    public void A_warning_stands_above_the_bars()
    {
        using StringWriter error = new() { NewLine = "\n" };
        using (ProgressDisplay display = ProgressOption.Open(MakeHost(error, isTerminal: true, "xterm"), ProgressMode.Auto))
        {
            display.Report(News[0]);
            display.Say(() => error.WriteLine("warning: careful"));
        }

        string[] parts = error.ToString().Split("\e[2A\e[J");
        Assert.Equal(2, parts.Length);
        Assert.StartsWith("warning: careful\nsha256:", parts[1], StringComparison.Ordinal);
    }

    private static string Show(ProgressMode mode, bool isTerminal, string terminal = "xterm")
    {
        using StringWriter error = new() { NewLine = "\n" };
        using (ProgressDisplay display = ProgressOption.Open(MakeHost(error, isTerminal, terminal), mode))
        {
            foreach (StoreProgress news in News)
            {
                display.Report(news);
            }
        }

        return error.ToString();
    }

    private static Host MakeHost(TextWriter error, bool isTerminal, string terminal) => new(Stream.Null, Stream.Null, error)
    {
        ErrorIsTerminal = isTerminal,
        Variable = name => name == "TERM" ? terminal : null,
    };
}
