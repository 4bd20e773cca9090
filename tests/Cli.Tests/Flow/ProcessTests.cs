using Cli.Tests.Support;

namespace Cli.Tests.Flow;

/// <summary>What shows only with real processes and signals.</summary>
public sealed class ProcessTests
{
    [SkippableFact]
    public async Task Four_pulls_of_one_image_at_once_all_succeed()
    {
        Tools.RequireRoot();
        using TestStore store = new();
        ToolResult[] results = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => store.Process(["pull", TestData.Source("layers")]).RunAsync()));
        Assert.All(results, result => Assert.Equal(results[0].Output, result.Expect().Output));
        (await store.RunAsync("unpack", "layers", store["plain"])).Expect();
        Assert.Equal(TestData.ExpectedTree("layers"), TestData.Tree(store["plain"]));
    }

    [SkippableFact]
    public async Task A_cancelled_pull_shows_nothing_and_can_be_run_again()
    {
        Tools.RequireRoot();
        using TestStore store = new();
        (await store.RunAsync("pull", TestData.Source("busybox"))).Expect();
        using CancellationTokenSource cancellation = new();
        using CancelOnWrite error = new(cancellation);
        LayerStore.Cli.Host host = new(Stream.Null, Stream.Null, error);
        string[] arguments = ["--root", store.Root, "pull", TestData.Source("formats"), "--progress", "json"];
        Assert.Equal(130, await LayerStore.Cli.CommandLine.RunAsync(arguments, host, cancellation.Token));
        Assert.EndsWith("cancelled\n", error.ToString(), StringComparison.Ordinal);
        Assert.Equal("docker.io/library/busybox:latest", await store.LineAsync("images", "-q"));
        (await store.RunAsync("pull", TestData.Source("formats"))).Expect();
        (await store.RunAsync("unpack", "formats", store["plain"])).Expect();
        Assert.Equal(TestData.ExpectedTree("formats"), TestData.Tree(store["plain"]));
    }

    [Theory]
    [InlineData("INT")]
    [InlineData("TERM")]
    public void A_signal_ends_a_command_that_waits_for_input(string signal)
    {
        using TestStore store = new();

        // The directory is made before the input is read: then the program listens to signals. `set -m` lets a background job have SIGINT, and
        // env gives it back where whoever runs the tests ignores it, as nohup and background jobs do.
        ProcessRunner.Script(
            """
            set -m
            mkfifo "$2/input"
            exec 3<>"$2/input"
            env --default-signal=INT,TERM dotnet exec "$1" layer apply "$2/tree" <"$2/input" 2>"$2/error" &
            until [ -d "$2/tree" ]; do sleep 0.05; done
            kill -"$3" $!
            code=0
            wait $! || code=$?
            [ "$code" = 130 ]
            [ "$(cat "$2/error")" = cancelled ]
            """,
            Path.Combine(AppContext.BaseDirectory, "layerstore-cli.dll"),
            store.Temp.FullPath,
            signal);
    }

    [Theory]
    [InlineData("version")]
    [InlineData("images")]
    public void The_program_needs_neither_home_nor_path(string command)
    {
        ToolCommand run = new("/usr/bin/env", ["-i", Tools.Find("dotnet")!, "exec", Path.Combine(AppContext.BaseDirectory, "layerstore-cli.dll"), "--root", "/nowhere", command]);
        Assert.Empty(run.Run().Expect().Error);
    }

    [Fact]
    public void A_reader_that_goes_away_is_no_error()
    {
        using TestStore store = new();
        string program = Path.Combine(AppContext.BaseDirectory, "layerstore-cli.dll");
        ToolResult result = ProcessRunner.TryRun("bash", "-c", "set -o pipefail; dotnet exec \"$1\" --help | head -c 1 >/dev/null", "bash", program);
        Assert.Empty(result.Error);
        Assert.Equal(0, result.ExitCode);
    }

    [Fact]
    public void A_full_standard_output_is_an_error()
    {
        string program = Path.Combine(AppContext.BaseDirectory, "layerstore-cli.dll");
        ToolResult result = ProcessRunner.TryRun("bash", "-c", "dotnet exec \"$1\" --help >/dev/full", "bash", program).Expect(8);
        Assert.StartsWith("error: ", result.Error, StringComparison.Ordinal);
    }

    /// <summary>Cancels when the first line is written: the moment the pull is under way.</summary>
    private sealed class CancelOnWrite(CancellationTokenSource cancellation) : StringWriter
    {
        public override string NewLine => "\n";

        public override void WriteLine(string? value)
        {
            base.WriteLine(value);
            cancellation.Cancel();
        }
    }
}
