using System.Text.Json;
using Cli.Tests.Support;

namespace Cli.Tests.Flow;

public sealed class DoctorTests
{
    // Root of the machine without any capability: it may neither mount nor write where it does not own.
    private static readonly string[] s_powerless = ["setpriv", "--bounding-set=-all", "--inh-caps=-all"];

    private static readonly string[] s_nobody = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"];

    [SkippableFact]
    public async Task Each_line_is_ok_or_has_the_command_that_mends_it_and_nothing_is_made()
    {
        Tools.RequireRoot();
        using TestStore store = new();
        string[] lines = (await store.RunAsync("doctor")).Expect().Output.TrimEnd('\n').Split('\n');
        Assert.InRange(lines.Length, 17, 34);
        Assert.All(lines, line => Assert.Matches("^(ok  |no  |bad |  +mend it: )", line));
        Assert.Equal(lines.Count(line => line.StartsWith("no ", StringComparison.Ordinal)), lines.Count(line => line.Contains("mend it: ", StringComparison.Ordinal)));
        Assert.Empty(Directory.EnumerateFileSystemEntries(store.Temp.FullPath));
    }

    [SkippableFact]
    public async Task Colours_are_for_terminals_that_want_them()
    {
        Tools.RequireRoot();
        using TestStore store = new();
        async Task<string> ShowAsync(bool isTerminal, string terminal, string noColor) => (await new CommandRun
        {
            IsTerminal = isTerminal,
            Variables = new Dictionary<string, string> { ["TERM"] = terminal, ["NO_COLOR"] = noColor },
        }.InvokeAsync("--root", store.Root, "doctor")).Expect().Output;

        Assert.StartsWith("\e[32mok  \e[0m overlay ", await ShowAsync(isTerminal: true, "xterm", ""), StringComparison.Ordinal);
        Assert.DoesNotContain('\e', await ShowAsync(isTerminal: true, "xterm", "1"));
        Assert.DoesNotContain('\e', await ShowAsync(isTerminal: true, "dumb", ""));
        Assert.DoesNotContain('\e', await ShowAsync(isTerminal: false, "xterm", ""));
    }

    [SkippableFact]
    public async Task Json_has_all_lines_and_quiet_their_names()
    {
        Tools.RequireRoot();
        using TestStore store = new();
        using JsonDocument json = JsonDocument.Parse((await store.RunAsync("doctor", "--format", "json")).Expect().Output);
        string[] names = (await store.RunAsync("doctor", "-q")).Expect().Output.TrimEnd('\n').Split('\n');
        Assert.Equal(names, json.RootElement.EnumerateArray().Select(line => line.GetProperty("name").GetString()));
        Assert.Contains("erofs from a file", names);
    }

    [SkippableFact]
    public void Without_capabilities_it_says_what_is_missing()
    {
        Tools.RequireRoot();
        Tools.Require("setpriv");
        using TestStore store = new();
        ToolResult result = store.Process(["doctor"], s_powerless).Run();
        Assert.True(result.ExitCode == 7, result.ToString());
        Assert.Contains("\nbad  mounting ", result.Output, StringComparison.Ordinal);
        Assert.Contains("not allowed to this process, so not known", result.Output, StringComparison.Ordinal);
        Assert.Contains("error: this machine lacks what the store needs: overlay, xattrs, mounting\n", result.Error, StringComparison.Ordinal);
        Assert.Empty(Directory.EnumerateFileSystemEntries(store.Temp.FullPath));
    }

    [SkippableFact]
    public void An_ordinary_user_is_told_what_is_missing()
    {
        Tools.RequireRoot();
        Tools.Require("setpriv");
        using TestStore store = new();
        ProcessRunner.Run("chmod", "0755", store.Temp.FullPath);
        ToolCommand version = store.Process(["version"], s_nobody);
        Skip.If(version.Run().ExitCode != 0, "the program cannot be read by an ordinary user here");
        ToolResult result = store.Process(["doctor"], s_nobody).Run();
        Assert.True(result.ExitCode == 7, result.ToString());
        Assert.Contains("\nbad  writable ", result.Output, StringComparison.Ordinal);
        Assert.Contains("nothing can be written in", result.Output, StringComparison.Ordinal);
        Assert.Contains("\nok   openat2 ", result.Output, StringComparison.Ordinal);
        Assert.Contains("unshare -Urm --map-auto", result.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("Exception", result.Error, StringComparison.Ordinal);
    }

    [SkippableFact]
    public void In_a_user_namespace_the_store_works_and_the_rest_is_said()
    {
        Tools.RequireRoot();
        Tools.Require("unshare");
        using TestStore store = new();
        ToolResult result = store.Process(["doctor"], [.. MountNamespace.Wrapper, "unshare", "--user", "--map-root-user", "--mount"]).Run();
        Assert.True(result.ExitCode == 0, result.ToString());
        Assert.Contains("ok   root              root of a user namespace\n", result.Output, StringComparison.Ordinal);
        Assert.Contains("\nok   userxattr ", result.Output, StringComparison.Ordinal);
        Assert.Contains("\nno   owners ", result.Output, StringComparison.Ordinal);
    }

    [SkippableFact]
    public void A_full_file_system_has_an_exit_code_of_its_own()
    {
        Tools.RequireRoot();
        using TestStore store = new();
        ProcessRunner.Run("mount", "-t", "tmpfs", "-o", "size=8m", "none", store.Temp.CreateDirectory("small"));
        store.Process(["--root", store["small/root"], "doctor"]).Run().Expect(8);
    }
}
