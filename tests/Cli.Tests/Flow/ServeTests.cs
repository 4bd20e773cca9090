using Cli.Tests.Support;

namespace Cli.Tests.Flow;

/// <summary><c>serve</c> becomes the daemon; what the daemon does is tested beside it.</summary>
public sealed class ServeTests
{
    [Fact]
    public async Task Serve_becomes_the_daemon_with_all_that_was_decided_on_the_command_line()
    {
        using TestStore store = new();
        File.WriteAllText(store["daemon"], "#!/bin/sh\necho $$\nprintf '%s\\n' \"$@\"\n");
        File.SetUnixFileMode(store["daemon"], UnixFileMode.UserRead | UnixFileMode.UserExecute);

        // The shell's process becomes layerstore, and that the daemon.
        ToolCommand command = store.Process(["serve", "--address", "/run/a b/s", "--driver", "native"], "sh", "-c", "echo $$; exec \"$@\"", "sh");
        string[] lines = (await (command with { Environment = new Dictionary<string, string?> { ["LAYERSTORE_DAEMON"] = store["daemon"] } }).RunAsync())
            .Expect().Output.Split('\n', StringSplitOptions.RemoveEmptyEntries);

        Assert.Equal(lines[0], lines[1]);
        Assert.Equal(["serve", "--root", store.Root, "--address", "/run/a b/s", "--driver", "native"], lines[2..]);
    }

    [Fact]
    public async Task A_daemon_that_is_not_there_is_named_with_the_variable_that_names_another()
    {
        using TestStore store = new();
        CommandRun run = new() { Variables = new Dictionary<string, string> { ["LAYERSTORE_DAEMON"] = store["none"] } };

        (await run.InvokeAsync("--root", store.Root, "serve")).ExpectError(2, store["none"], "No such file or directory", "$LAYERSTORE_DAEMON names another one");
    }
}
