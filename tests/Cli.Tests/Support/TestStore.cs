namespace Cli.Tests.Support;

/// <summary>A store of one test, driven by the command line. Disposing it unmounts and removes everything.</summary>
internal sealed class TestStore : IDisposable
{
    public TempDirectory Temp { get; } = new();

    public string Root => Temp["store"];

    public string this[string name] => Temp[name];

    public Task<CliResult> RunAsync(params string[] arguments) => new CommandRun().InvokeAsync(["--root", Root, .. arguments]);

    /// <summary>Runs a command that must succeed and gives the line that it printed.</summary>
    public async Task<string> LineAsync(params string[] arguments) => (await RunAsync(arguments)).Expect().Line;

    /// <summary>Runs the program in a process of its own, under the wrapper if one is given.</summary>
    public ToolCommand Process(string[] arguments, params string[] wrapper)
    {
        string[] words = [.. wrapper, "dotnet", "exec", Path.Combine(AppContext.BaseDirectory, "layerstore-cli.dll"), "--root", Root, .. arguments];
        return new ToolCommand(words[0], words[1..]);
    }

    /// <summary>All that the store shows, and the names of all files that it keeps: equal before and after a command that must change nothing.</summary>
    public async Task<string> StateAsync()
    {
        List<string> state = [];
        foreach (string listing in (string[])["images", "content ls", "content ingests", "snapshot ls", "lease ls"])
        {
            state.Add($"--- {listing}\n{(await RunAsync([.. listing.Split(' '), "--format", "json"])).Expect().Output}");
        }

        state.AddRange(Directory.Exists(Root)
            ? Directory.EnumerateFileSystemEntries(Root, "*", new EnumerationOptions { RecurseSubdirectories = true, AttributesToSkip = 0 })
                .Where(path => !path.Contains("/locks/", StringComparison.Ordinal) && !path.Contains(".db", StringComparison.Ordinal))
                .Order(StringComparer.Ordinal)
            : []);
        return string.Join('\n', state);
    }

    public void Dispose() => Temp.Dispose();
}
