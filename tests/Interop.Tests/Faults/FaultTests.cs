using Xunit.Abstractions;

namespace Interop.Tests.Faults;

/// <summary>
/// Commands are killed, and let down by the system, at every point of their runs. The store then opens, has all that was
/// reported done, shows nothing half-done, and the same command succeeds.
/// </summary>
/// <remarks>Continuous integration tries a part of the points; `make faults` tries more.</remarks>
[Long]
public sealed class FaultTests(ITestOutputHelper output) : IDisposable
{
    private readonly TempDirectory _temp = new();

    public void Dispose() => _temp.Dispose();

    [SkippableFact]
    public Task Killed_anywhere_nothing_is_lost_and_nothing_half_done_shows() => RunAsync((runner, points) =>
    [
        .. Choose(points, FaultCounts.Points).Select(point => (Func<Task>)(() => runner.TryAsync(new Fault(point, null)))),
        .. Enumerable.Range(0, FaultCounts.Points / 6).Select(part => (Func<Task>)(() => runner.KillAfterAsync(0.4 + (part * 6.0 / 10 / FaultCounts.Points)))),
    ]);

    [SkippableFact]
    public Task Let_down_by_the_disk_anywhere_it_says_so_and_nothing_is_lost() => RunAsync((runner, points) =>
    [
        .. Choose(points, FaultCounts.Points)
            .Select(point => (Func<Task>)(() => runner.TryAsync(new Fault(point, Fault.ErrorFor(point))))),
    ]);

    /// <summary>So many of them, spread evenly.</summary>
    private static IEnumerable<FaultPoint> Choose(IReadOnlyList<FaultPoint> points, int count) => points.Count <= count
        ? points
        : Enumerable.Range(0, count).Select(i => points[(int)((i + 0.5) * points.Count / count)]);

    private async Task RunAsync(Func<FaultRunner, IReadOnlyList<FaultPoint>, IEnumerable<Func<Task>>> plan)
    {
        Tools.RequireRoot();
        Tools.Require("strace", Sandbox.Program);

        // In memory, where syncing costs nothing: what a power cut leaves is another test's to find.
        ProcessRunner.Run("mount", "-t", "tmpfs", "-o", "size=1g,mode=0700", "none", _temp.CreateDirectory("disk"));
        Sandbox store = new(_temp["disk/store"]);
        Scenarios.Fill(store);
        FaultCounts counts = new();
        foreach (var scenario in Scenarios.Chosen)
        {
            using var runner = await FaultRunner.BeginAsync(scenario, counts, _temp[$"disk/{scenario.Name}"], store);
            ParallelOptions two = new() { MaxDegreeOfParallelism = Environment.ProcessorCount };
            await Parallel.ForEachAsync(plan(runner, runner.Points), two, async (run, _) => await run());
        }

        counts.Close(output);
    }
}
