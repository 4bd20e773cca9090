using Fuzz.Engine;
using Fuzz.Targets;

namespace Fuzz.Tests;

/// <summary>A short run of every target, the same each time: the seed and the number of inputs are fixed. The long one is <c>make fuzz</c>.</summary>
public sealed class CampaignTests
{
    private const int Fast = 10_000;
    private const int Slow = 1_200;

    public static TheoryData<string> Names() => [.. AllTargets.List.Where(target => !target.IsPlanted).Select(target => target.Name)];

    [SkippableTheory]
    [MemberData(nameof(Names))]
    public void A_short_run_finds_no_fault(string name)
    {
        FuzzTarget target = AllTargets.Find(name)!;
        Skip.If(target.NeedsRoot && !Environment.IsPrivilegedProcess, "only root can run this target");
        using TempDirectory directory = new();

        // What contradicts itself in a layer has no end of ways to do so. Inputs that any change of the code shuffles would show one some day, in a change that has nothing to do with it.
        string choice = target is LayerTarget ? "--blind" : "--fresh";
        ToolResult result = FuzzProcess.Run(directory, "run", name, choice, "--seed", "1", "--executions", $"{(target is LayerTarget or Bzip2Target ? Slow : Fast)}");
        Assert.True(result.ExitCode == ExitCodes.Clean, result.ToString());
        Assert.False(Directory.Exists(directory["faults"]));
        Assert.Empty(Directory.EnumerateFiles(directory.FullPath));
    }
}
