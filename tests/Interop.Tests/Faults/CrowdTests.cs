using System.Globalization;
using Xunit.Abstractions;

namespace Interop.Tests.Faults;

/// <summary>Several processes import, commit, remove and collect the same images at once, and some of them are killed.</summary>
public sealed class CrowdTests(ITestOutputHelper output) : IDisposable
{
    private const int Workers = 4;

    private static readonly string[] s_tags = ["whiteouts", "loose", "repeated", "docker"];

    private readonly TempDirectory _temp = new();

    public void Dispose() => _temp.Dispose();

    [SkippableFact]
    public async Task A_crowd_of_processes_loses_nothing()
    {
        Tools.RequireRoot();
        Tools.Require(Sandbox.Program);
        ProcessRunner.Run("mount", "-t", "tmpfs", "-o", "size=512m,mode=0700", "none", _temp.CreateDirectory("disk"));
        Sandbox sandbox = new(_temp["disk/sandbox"]);
        FaultCounts counts = new();
        await Task.WhenAll(Enumerable.Range(0, Workers).Select(worker => Task.Run(() => WorkAsync(sandbox, worker, counts))));

        try
        {
            var state = await StoreState.ReadAsync(sandbox.Root);
            for (var worker = 0; worker < Workers; worker++)
            {
                if (!state.Images.ContainsKey($"docker.io/library/mine-{worker}:latest"))
                    counts.Found(FaultKind.Lost, $"mine-{worker} is gone");
                sandbox.Command("umount", $"key-{worker}", "--rm").Run();
            }

            foreach (var name in state.Images.Keys)
                sandbox.Run("rmi", name);
            sandbox.Collect();
            var empty = await StoreState.ReadAsync(sandbox.Root);
            var left = empty.Blobs + empty.Files;
            if (left != "t: 0\nw: 0\nm: 0\ntrash: 0\n")
                counts.Found(FaultKind.Leftover, left);
        }
        catch (FaultFoundException e)
        {
            counts.Found(e.Kind, e.Message);
        }

        counts.Close(output);
    }

    private static async Task WorkAsync(Sandbox sandbox, int worker, FaultCounts counts)
    {
        Random random = new(worker);
        var (mine, key) = ($"mine-{worker}", $"key-{worker}");
        (await sandbox.Command("pull", TestData.Source(s_tags[worker]), "--name", mine).RunAsync()).Expect();
        (await sandbox.Command("mount", mine, Path.Combine(sandbox.Output, key), "--key", key).RunAsync()).Expect();
        File.WriteAllText(Path.Combine(sandbox.Output, key, $"file-{worker}"), key);
        (await sandbox.Command("umount", key).RunAsync()).Expect();
        for (var i = 0; i < 2 * FaultCounts.Points; i++)
        {
            string[] arguments = random.Next(6) switch
            {
                0 => ["rmi", "shared"],
                1 => ["commit", key, "shared"],
                2 => ["tag", mine, "shared"],
                3 => ["gc"],
                4 => ["check", "--repair"],
                _ => ["pull", TestData.Source(s_tags[random.Next(s_tags.Length)]), "--name", "shared"],
            };
            var command = sandbox.Command(arguments);
            var isKilled = random.Next(3) == 0;
            var delay = random.Next(30, 200) / 1000.0;
            if (isKilled)
                command = command with { File = "timeout", Arguments = ["-s", "KILL", delay.ToString("0.000", CultureInfo.InvariantCulture), command.File, .. command.Arguments] };
            var result = await command.RunAsync();
            counts.Add(result.ExitCode == 137 ? "kills" : "commands of a crowd");

            // Not there, or in use: others are at it.
            if (result.ExitCode is not (0 or 2 or 4 or 137))
                counts.Found(result.ExitCode == 3 ? FaultKind.Lost : FaultKind.Unclear, $"{string.Join(' ', arguments)}: exit {result.ExitCode}: {result.Error.Trim()}");
        }
    }
}
