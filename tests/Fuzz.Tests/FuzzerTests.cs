using Fuzz.Engine;
using Fuzz.Targets;

namespace Fuzz.Tests;

/// <summary>The fuzzer itself: it sees what it is meant to see. Targets with a planted fault show it.</summary>
public sealed class FuzzerTests
{
    [Fact]
    public void A_fault_behind_a_chain_of_branches_is_found_by_coverage_and_made_small()
    {
        using TempDirectory directory = new();
        ToolResult result = FuzzProcess.Run(directory, "run", "planted-crash", "--fresh", "--executions", "1000000");
        Assert.Equal(ExitCodes.Fault, result.ExitCode);
        Assert.Equal("crash"u8.ToArray(), File.ReadAllBytes(Assert.Single(Directory.GetFiles(directory["faults/planted-crash"]))));
    }

    [Fact]
    public void An_input_that_never_ends_is_saved_and_ends_the_run()
    {
        using TempDirectory directory = new();
        ToolResult result = FuzzProcess.Run(directory, "run", "planted-hang", "--fresh", "--executions", "1000000", "--limit", "3");
        Assert.Equal(ExitCodes.Fault, result.ExitCode);
        Assert.Contains("FAULT hang", result.Output, StringComparison.Ordinal);
        Assert.Equal(7, File.ReadAllBytes(Assert.Single(Directory.GetFiles(directory["faults/planted-hang"])))[^1]);
    }

    [Fact]
    public void Memory_that_an_input_asks_for_is_seen()
    {
        Verdict verdict = Execution.Run(new PlantedAllocationTarget(), [255]);
        Assert.Equal((Outcome.Fault, "allocation"), (verdict.Outcome, verdict.Key));
        Assert.Equal(Outcome.Accepted, Execution.Run(new PlantedAllocationTarget(), [1]).Outcome);
    }

    [Fact]
    public void What_ran_when_a_process_died_is_known_to_the_next_run()
    {
        using TempDirectory directory = new();
        File.WriteAllBytes(directory["current-digest"], [3, 0, 0, 0, .. "abc"u8, 0, 0]);
        ToolResult result = FuzzProcess.Run(directory, "run", "digest", "--fresh", "--executions", "100");
        Assert.Equal(ExitCodes.Fault, result.ExitCode);
        Assert.Equal("abc"u8.ToArray(), File.ReadAllBytes(Assert.Single(Directory.GetFiles(directory["faults/digest"]))));
    }

    [Fact]
    public void The_same_seed_gives_the_same_run()
    {
        string first = Run();
        Assert.Equal(first, Run());

        static string Run()
        {
            using TempDirectory directory = new();
            Assert.Equal(ExitCodes.Clean, FuzzProcess.Run(directory, "run", "digest", "--seed", "5", "--executions", "2000").ExitCode);
            return string.Join(' ', Directory.GetFiles(directory["corpus/digest"]).Select(Path.GetFileName).Order(StringComparer.Ordinal));
        }
    }

    [Fact]
    public void A_blind_run_learns_nothing_from_the_code()
    {
        using TempDirectory directory = new();
        ToolResult result = FuzzProcess.Run(directory, "run", "digest", "--blind", "--executions", "2000");
        Assert.Equal(ExitCodes.Clean, result.ExitCode);
        Assert.Contains($"corpus {AllTargets.Find("digest")!.Seeds().Count()},", result.Output, StringComparison.Ordinal);
        Assert.Contains(", 0 literals", result.Output, StringComparison.Ordinal);
        Assert.False(Directory.Exists(directory["corpus"]));
    }

    [Fact]
    public void A_small_input_repairs_what_depends_on_what_was_taken_out()
    {
        byte[] tar = [.. Seeds.Layers().First(layer => layer.Length >= 2048)];
        byte[] damaged = [.. tar];
        damaged[0] ^= 1;
        Assert.Equal(Outcome.Accepted, Execution.Run(new TarTarget(), tar).Outcome);
        Assert.Equal(Outcome.Refused, Execution.Run(new TarTarget(), damaged).Outcome);
        Assert.Equal(Outcome.Accepted, Execution.Run(new TarTarget(), new TarTarget().Repair(damaged)).Outcome);
    }

    [Fact]
    public void A_wrong_command_line_is_refused()
    {
        ToolResult result = ProcessRunner.TryRun("dotnet", typeof(FuzzTarget).Assembly.Location, "run", "no-such-target");
        Assert.Equal(ExitCodes.Usage, result.ExitCode);
        Assert.Contains("Usage: Fuzz list", result.Error, StringComparison.Ordinal);
    }
}
