using Fuzz.Engine;
using Fuzz.Targets;

namespace Fuzz.Tests;

/// <summary>What the fuzzer found once stays mended: the inputs in tests/Fuzz/regressions/TARGET/.</summary>
public sealed class RegressionTests
{
    public static TheoryData<string, string> Inputs()
    {
        TheoryData<string, string> inputs = [];
        foreach (string file in Directory.EnumerateFiles(Regressions.Root, "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal))
        {
            inputs.Add(Path.GetFileName(Path.GetDirectoryName(file)!), Path.GetFileName(file));
        }

        return inputs;
    }

    [SkippableTheory]
    [MemberData(nameof(Inputs))]
    public void An_input_that_showed_a_fault_shows_it_no_more(string target, string file)
    {
        FuzzTarget tested = AllTargets.Find(target)!;
        Skip.If(tested.NeedsRoot && !Environment.IsPrivilegedProcess, "only root can run this target");
        Verdict verdict = Execution.Run(tested, File.ReadAllBytes(Path.Combine(Regressions.Root, target, file)));
        Assert.True(verdict.Outcome != Outcome.Fault, verdict.Detail);
    }
}
