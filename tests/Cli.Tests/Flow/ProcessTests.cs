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

    [SkippableFact]
    public async Task What_a_large_removal_leaves_is_freed_behind_it_by_a_process_that_keeps_no_pipe_open()
    {
        Tools.RequireRoot();
        using TestStore store = new();
        await store.RunAsync("snapshot", "prepare", "large");
        await store.RunAsync("snapshot", "prepare", "larger");
        foreach (string tree in Directory.GetDirectories(Path.Join(store.Root, "t")))
        {
            Enumerable.Range(0, 3000).ToList().ForEach(number => File.WriteAllText(Path.Join(tree, $"{number}"), "x"));
        }

        // Who empties the trash waits for this lock: so it is the command itself that left all of it, the tree and its files.
        using LayerStore.Content.StoreLock busy = await LayerStore.Content.StoreLock.AcquireAsync(LayerStore.Content.StoreLayout.Open(store.Root), "trash");
        (await store.Process(["snapshot", "rm", "large"]).RunAsync()).Expect();
        Assert.Equal("larger", await store.LineAsync("snapshot", "ls", "-q"));
        string trash = Path.Join(store.Root, "trash");
        Assert.Equal(3001, Directory.GetFileSystemEntries(trash, "*", SearchOption.AllDirectories).Length);

        // Nobody was started for that: whoever has the lock looks once more. Without it, somebody is.
        busy.Dispose();
        (await store.Process(["snapshot", "rm", "larger"]).RunAsync()).Expect();
        while (Directory.EnumerateFileSystemEntries(trash).Any())
        {
            await Task.Delay(20);
        }

        // The process has let go of the store before it goes away.
        using LayerStore.Content.StoreLock free = await LayerStore.Content.StoreLock.AcquireAsync(LayerStore.Content.StoreLayout.Open(store.Root), "trash");
        Assert.Empty((await store.RunAsync("check", "-q")).Expect().Output);
    }

    [SkippableFact]
    public async Task Gc_finishes_what_a_removal_began()
    {
        Tools.RequireRoot();
        using TestStore store = new();
        await store.RunAsync("snapshot", "prepare", "key");
        string left = Directory.CreateDirectory(Path.Join(store.Root, "trash", "t-9", "directory")).FullName;
        Enumerable.Range(0, 1000).ToList().ForEach(number => File.WriteAllText(Path.Join(left, $"{number}"), "x"));

        // Who removes something small leaves what is large.
        (await store.RunAsync("snapshot", "rm", "key")).Expect();
        (await store.RunAsync("gc", "--trash")).Expect();
        Assert.Empty(Directory.GetFileSystemEntries(Path.Join(store.Root, "trash")));
        (await store.RunAsync("gc", "--trash", "--dry-run")).ExpectError(64);
    }

    [SkippableFact]
    public async Task What_cannot_be_freed_does_not_hide_the_error_of_a_removal()
    {
        Tools.RequireRoot();
        using TestStore store = new();
        await store.RunAsync("snapshot", "prepare", "key");
        ProcessRunner.Script("mkdir -p \"$1\"; mount -t tmpfs none \"$1\"", Path.Join(store.Root, "trash/t-9/busy"));

        (await store.RunAsync("snapshot", "rm", "key", "none")).ExpectError(2, "none", "warning: not all of what was removed is freed yet");
        Assert.Empty((await store.RunAsync("snapshot", "ls", "-q")).Expect().Output);
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

    [SkippableFact]
    public async Task A_layer_upon_a_single_one_needs_no_temporary_directory_that_a_kill_would_leave()
    {
        Tools.RequireRoot();
        Skip.If(Environment.OSVersion.Version < new Version(6, 15), "overlay takes no mount that is nowhere on this kernel");
        using TestStore store = new();
        File.SetUnixFileMode(store.Temp.CreateDirectory("below/d"), UnixFileMode.UserRead);
        ToolCommand apply = store.Process(["layer", "apply", "--overlay", "--parents", store["below"], store["layer"]]) with
        {
            Input = TestLayout.Tar("d/file", "text"),
            Environment = new Dictionary<string, string?> { ["TMPDIR"] = store["none"] },
        };
        (await apply.RunAsync()).Expect();
        Assert.Equal(UnixFileMode.UserRead, File.GetUnixFileMode(store["layer/d"]));
    }
}
