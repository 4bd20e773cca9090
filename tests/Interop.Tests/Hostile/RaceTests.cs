using Interop.Tests.Support;
using LayerStore.Tests.Tar;
using static LayerStore.Tests.Tar.RawTar;

namespace Interop.Tests.Hostile;

/// <summary>Another process swaps directories of the target for links out of it, all the time, while layers are applied.</summary>
public sealed class RaceTests
{
    private const int Directories = 200;

    // More directories than the applier keeps open, so that it opens them again and again.
    private const string Swapper =
        """
        import os, sys
        target, canary = sys.argv[1], sys.argv[2]
        os.chdir(target)
        swaps = 0
        print("ready", flush=True)
        while not os.path.exists("../stop"):
            for i in range(200):
                name, aside = f"d{i}", f"../aside{i}"
                try:
                    os.rename(name, aside)
                    os.symlink(canary, name)
                    swaps += 1
                    os.unlink(name)
                    os.rename(aside, name)
                except OSError:
                    pass
                try:
                    os.rename(aside, name)
                except OSError:
                    pass
        print(swaps, flush=True)
        """;

    // It may find nothing, a link, or something else where it had a directory.
    private static readonly int[] s_outcomes = [0, 2, 3, 4];

    [SkippableTheory]
    [InlineData("")]
    [InlineData("--overlay")]
    public async Task Directories_swapped_for_links_lead_nowhere(string option)
    {
        Tools.RequireRoot();
        Tools.Require("python3");
        using TempDirectory temp = new();
        Directory.CreateDirectory(temp["canary/sub"]);
        File.WriteAllText(temp["canary/f0"], "sings");
        Directory.CreateDirectory(temp["target"]);
        string before = Canary(temp);
        Task<ToolResult> swapper = new ToolCommand("python3", "-c", Swapper, temp["target"], temp["canary"]).RunAsync();
        List<ToolResult> results = [];
        try
        {
            byte[] layer = Layer();
            for (int i = 0; i < 6; i++)
            {
                results.Add(await (CliProgram.Command(["layer", "apply", .. option.Length > 0 ? [option] : Array.Empty<string>(), temp["target"]]) with { Input = layer }).RunAsync());
                Assert.True(before == Canary(temp), $"CHANGED OUTSIDE OF THE ROOT\n{results[^1]}");
            }
        }
        finally
        {
            File.WriteAllText(temp["stop"], "");
        }

        ToolResult swapped = (await swapper).Expect();

        Assert.True(int.Parse(swapped.Lines[^1], System.Globalization.CultureInfo.InvariantCulture) > 0);
        Assert.All(results, result =>
        {
            Assert.Contains(result.ExitCode, s_outcomes);
            Assert.DoesNotContain("should not happen", result.Error, StringComparison.Ordinal);
        });
    }

    private static byte[] Layer()
    {
        RawTar tar = new();
        for (int round = 0; round < 5; round++)
        {
            for (int i = 0; i < Directories; i++)
            {
                tar.File($"d{i}/f{round}", "evil").Add(Header($"d{i}/sub", '5', mode: "0000777")).File($"d{i}/sub/g{round}", "evil");
                tar.File($"d{i}/.wh.f0", "").Add(Header($"d{i}", '5', mode: "0000777"));
            }
        }

        return tar.End().ToArray();
    }

    private static string Canary(TempDirectory temp) => ProcessRunner.Run("find", temp["canary"], "-printf", @"%p %y %m %U:%G %s %n %T@ %C@ %l\n").Output;
}
