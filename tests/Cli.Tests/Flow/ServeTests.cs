using Cli.Tests.Support;

namespace Cli.Tests.Flow;

/// <summary><c>serve</c> becomes the daemon; what the daemon does is tested beside it.</summary>
public sealed class ServeTests
{
    [Fact]
    public async Task Serve_becomes_the_daemon_with_all_that_was_decided_on_the_command_line()
    {
        using TestStore store = new();

        // The shell's process becomes layerstore, and that the daemon.
        string[] lines = await RunAsync(store, ["serve", "--address", "/run/a b/s", "--driver", "native"], "sh", "-c", "echo $$; exec \"$@\"", "sh");

        Assert.Equal(lines[0], lines[1]);
        Assert.Equal(["serve", "--root", store.Root, "--address", "/run/a b/s", "--driver", "native"], lines[2..]);
    }

    [Fact]
    public async Task All_options_are_passed_on_and_paths_made_absolute()
    {
        using TestStore store = new();

        string[] lines = await RunAsync(
            store, ["serve", "--owner", "other", "--config", "c.yaml", "--metrics", "127.0.0.1:9323", "--log-format", "json", "--log-level", "debug", "--address", "unix:///run/s"], "env", "-C", store.Temp.FullPath);

        Assert.Equal(
            [
                "serve", "--root", store.Root, "--address", "unix:///run/s", "--owner", "other", "--config", store["c.yaml"], "--metrics", "127.0.0.1:9323",
                "--log-format", "json", "--log-level", "debug",
            ],
            lines[1..]);
    }

    [Theory]
    [InlineData("config default", "config default")]
    [InlineData("config check", "config check")]
    [InlineData("config check /c", "config check --config /c")]
    [InlineData("config containerd --containerd 1.7 --content --diff --address /s", "config containerd --containerd 1.7 --content yes --diff yes --address /s")]
    [InlineData("config systemd socket --config /c", "config systemd socket --config /c")]
    public async Task Config_becomes_it_too(string arguments, string expected)
    {
        using TestStore store = new();

        string[] lines = await RunAsync(store, arguments.Split(' '));

        Assert.Equal(expected, string.Join(' ', lines[1..]).Replace($" --root {store.Root}", "", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_daemon_that_is_not_there_is_named_with_the_variable_that_names_another()
    {
        using TestStore store = new();
        CommandRun run = new() { Variables = new Dictionary<string, string> { ["LAYERSTORE_DAEMON"] = store["none"] } };

        (await run.InvokeAsync("--root", store.Root, "serve")).ExpectError(2, store["none"], "No such file or directory", "$LAYERSTORE_DAEMON names another one");
    }

    /// <summary>The lines that a daemon which only shows its process and its arguments prints.</summary>
    private static async Task<string[]> RunAsync(TestStore store, string[] arguments, params string[] wrapper)
    {
        store.Temp.WriteProgram("daemon", "#!/bin/sh\necho $$\nprintf '%s\\n' \"$@\"\n");
        ToolCommand command = store.Process(arguments, wrapper) with { Environment = new Dictionary<string, string?> { ["LAYERSTORE_DAEMON"] = store["daemon"] } };
        return (await command.RunAsync()).Expect().Output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
    }
}
