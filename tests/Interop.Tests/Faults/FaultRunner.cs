namespace Interop.Tests.Faults;

/// <summary>Tries faults on one scenario: each on a copy of the same sandbox, of which afterwards everything is looked at.</summary>
internal sealed class FaultRunner : IDisposable
{
    private readonly Scenario _scenario;
    private readonly FaultCounts _counts;
    private readonly string _directory;
    private readonly Sandbox _template;
    private StoreState _before = null!;
    private StoreState _after = null!;
    private string _shownBefore = "";
    private string _shownAfter = "";
    private string _outsideAfter = "";
    private TimeSpan _duration;
    private long _written;
    private int _copies;

    private FaultRunner(Scenario scenario, FaultCounts counts, string directory, Sandbox store)
    {
        _scenario = scenario;
        _counts = counts;
        _directory = directory;
        _template = new Sandbox(Path.Combine(directory, "template"), scenario.NeedsStore ? store : null);
    }

    /// <summary>The points of the command's run.</summary>
    public IReadOnlyList<FaultPoint> Points { get; private set; } = [];

    /// <summary>Runs the command without a fault and remembers what it does.</summary>
    /// <param name="scenario">The command.</param>
    /// <param name="counts">Gets what is done and found.</param>
    /// <param name="directory">A new directory for the sandboxes.</param>
    /// <param name="store">A sandbox that was filled by <see cref="Scenarios.Fill"/>.</param>
    public static async Task<FaultRunner> BeginAsync(Scenario scenario, FaultCounts counts, string directory, Sandbox store)
    {
        Directory.CreateDirectory(directory);
        FaultRunner runner = new(scenario, counts, directory, store);
        scenario.Prepare(runner._template);
        using var run = runner.Copy();
        (runner._before, runner._shownBefore) = (await StoreState.ReadAsync(run.Root), scenario.Show(run));
        var free = runner.FreeBytes();
        runner.Points = Tracer.Points(scenario.Command(run), run.FullPath, runner.NewLog());
        runner._written = free - runner.FreeBytes();
        await runner.RememberAsync(run);
        return runner;
    }

    /// <summary>Runs the command with a fault.</summary>
    public async Task TryAsync(Fault fault)
    {
        using var sandbox = Copy();
        var log = NewLog();
        var (result, hit) = Tracer.Run(_scenario.Command(sandbox), fault, log);
        if (hit is not null)
            _counts.Add(fault.Error is null ? "kills" : Tracer.IsPipe(hit) ? "errors of pipes" : "injected errors");
        await JudgeAsync(sandbox, $"{_scenario.Name}, {fault}", result, fault.Error is null ? null : hit);
        File.Delete(log);
    }

    /// <summary>Runs the command and kills it some time later, a part of what it takes.</summary>
    public async Task KillAfterAsync(double part)
    {
        using var sandbox = Copy();
        var delay = (_duration * part).TotalSeconds.ToString("0.000", System.Globalization.CultureInfo.InvariantCulture);
        var command = _scenario.Command(sandbox);
        var result = (command with { File = "timeout", Arguments = ["-s", "KILL", delay, command.File, .. command.Arguments] }).Run();
        if (result.ExitCode == 137)
            _counts.Add("kills");
        await JudgeAsync(sandbox, $"{_scenario.Name}, kill after {delay} s", result, hit: null);
    }

    /// <summary>Runs the command on a disk that becomes full when it has written a part of what it needs, then frees space again.</summary>
    public async Task FillAsync(double part)
    {
        using var sandbox = Copy();
        var filler = Path.Combine(_directory, "filler");
        var left = (long)(_written * part);

        // The file system takes something for itself, so that the last bytes are to be had by trying only.
        ProcessRunner.Script("""fallocate -l "$1" "$2" || head -c "$1" /dev/zero > "$2" || true""", $"{Math.Max(1, FreeBytes() - left)}", filler);
        var result = _scenario.Command(sandbox).Run();
        File.Delete(filler);
        _counts.Add(result.ExitCode == 8 ? "full disks" : "disks just large enough");
        await JudgeAsync(sandbox, $"{_scenario.Name}, {left} bytes left", result, hit: null);
        if (result.ExitCode != 0 && (result.ExitCode != 8 || !result.Error.Contains("no space", StringComparison.OrdinalIgnoreCase)))
            _counts.Found(FaultKind.Unclear, $"{_scenario.Name}, {left} bytes left: exit {result.ExitCode}: {result.Error.Trim()}");
    }

    /// <inheritdoc/>
    public void Dispose() => ProcessRunner.Run("rm", "-rf", "--one-file-system", "--", _directory);

    private Sandbox Copy()
    {
        Sandbox copy = new(Path.Combine(_directory, $"{Interlocked.Increment(ref _copies)}"), _template);
        _scenario.PrepareCopy(copy);
        return copy;
    }

    private long FreeBytes()
    {
        ProcessRunner.Run("sync", "--file-system", _directory);
        return new DriveInfo(_directory).AvailableFreeSpace;
    }

    private string NewLog() => Path.Combine(_directory, $"log-{Guid.NewGuid():N}");

    private async Task RememberAsync(Sandbox run)
    {
        run.Collect();
        (_after, _shownAfter, _outsideAfter) = (await StoreState.ReadAsync(run.Root), _scenario.Show(run), Outside(run));
        using var timed = Copy();
        var begin = System.Diagnostics.Stopwatch.GetTimestamp();
        _scenario.Command(timed).Run().Expect();
        _duration = System.Diagnostics.Stopwatch.GetElapsedTime(begin);
    }

    private async Task JudgeAsync(Sandbox sandbox, string what, ToolResult result, string? hit)
    {
        try
        {
            JudgeMessage(sandbox, result, hit);
            await JudgeStateAsync(sandbox, result.ExitCode == 0);
            await JudgeAgainAsync(sandbox);
        }
        catch (FaultFoundException e)
        {
            _counts.Found(e.Kind, $"{what}: {e.Message}\n    {hit}\n    exit {result.ExitCode}: {result.Error.Trim()}");
        }
        catch (ToolFailedException e)
        {
            _counts.Found(FaultKind.Lost, $"{what}: {e.Message}\n    {hit}\n    exit {result.ExitCode}: {result.Error.Trim()}");
        }
    }

    // One that the run did not come to, or that hit the runtime before the command began or at its pipes, has nothing to explain.
    private static void JudgeMessage(Sandbox sandbox, ToolResult result, string? hit)
    {
        if (hit is null || result.ExitCode == 0 || !hit.Contains(sandbox.FullPath, StringComparison.Ordinal))
        {
            if (hit is not null && result.ExitCode == 0 && IsLostSync(hit, sandbox.Root))
                throw new FaultFoundException(FaultKind.Unclear, "an fsync failed, and the command says that all is well");
            return;
        }

        if (!result.Error.Contains("error: ", StringComparison.Ordinal) || result.Error.Contains("should not happen", StringComparison.Ordinal)
            || result.Error.Contains("Exception", StringComparison.Ordinal))
            throw new FaultFoundException(FaultKind.Unclear, "the error is not explained");
        if (result.ExitCode != 8 && !IsNotToldBySqlite(hit, sandbox.Root) && (hit.Contains("ENOSPC", StringComparison.Ordinal) || hit.Contains("EDQUOT", StringComparison.Ordinal)))
            throw new FaultFoundException(FaultKind.Unclear, "a full disk is exit code 8");
    }

    // What SQLite folds back into its database at the end is in its log already, durably. It never looks at how the fsync of its own directory ended.
    private static bool IsLostSync(string hit, string root) =>
        (hit.Contains("fsync(", StringComparison.Ordinal) || hit.Contains("syncfs(", StringComparison.Ordinal) || hit.Contains("fdatasync(", StringComparison.Ordinal))
        && !hit.Contains(".db", StringComparison.Ordinal) && !hit.Contains(root + ">", StringComparison.Ordinal) && !hit.Contains("EINTR", StringComparison.Ordinal);

    // It tells a full disk, but shows a used-up quota as a broken disk; and a database that cannot be opened it tries to open for reading only.
    private static bool IsNotToldBySqlite(string hit, string root) =>
        (hit.Contains(".db", StringComparison.Ordinal) || hit.Contains(root + ">", StringComparison.Ordinal))
        && (hit.Contains("openat(", StringComparison.Ordinal) || hit.Contains("EDQUOT", StringComparison.Ordinal) || hit.Contains("fsync", StringComparison.Ordinal));

    private async Task JudgeStateAsync(Sandbox sandbox, bool done)
    {
        var state = await StoreState.ReadAsync(sandbox.Root);
        var shown = _scenario.Show(sandbox);
        if (done && !(state.HasImagesOf(_after) && shown == _shownAfter))
            throw new FaultFoundException(FaultKind.Lost, "reported done, and not there");
        if (!state.HasImagesOf(_before) && !state.HasImagesOf(_after))
            throw new FaultFoundException(FaultKind.HalfDone, $"the images are {string.Join(", ", state.Images)}");
        if (shown != _shownBefore && shown != _shownAfter)
            throw new FaultFoundException(FaultKind.HalfDone, $"this shows:\n{shown}");
    }

    // The command is run again, which shows that nothing is in its way, and the rest is collected.
    private async Task JudgeAgainAsync(Sandbox sandbox)
    {
        var again = _scenario.Command(sandbox).Run();
        if (!_scenario.AgainCodes.Contains(again.ExitCode) && !(again.ExitCode == 4 && _scenario.Show(sandbox) == _shownAfter))
            throw new FaultFoundException(FaultKind.Unclear, $"it cannot be run again: exit {again.ExitCode}: {again.Error.Trim()}");
        sandbox.Collect();
        var state = await StoreState.ReadAsync(sandbox.Root);
        if (_scenario.Show(sandbox) != _shownAfter || !state.Images.Keys.Order().SequenceEqual(_after.Images.Keys.Order()))
            throw new FaultFoundException(FaultKind.Lost, $"run again, and not there: {string.Join(", ", state.Images)}");

        // An image that was made in two steps says so in its history.
        var left = state.Difference(_after, withBlobs: state.HasImagesOf(_after));
        if (left.Length > 0)
            throw new FaultFoundException(FaultKind.Leftover, left);
        var outside = string.Join('\n', Outside(sandbox).Split('\n').Except(_outsideAfter.Split('\n')).Concat(sandbox.Leftovers()));
        if (outside.Length > 0)
            throw new FaultFoundException(FaultKind.Leftover, outside);
    }

    private static string Outside(Sandbox sandbox) =>
        ProcessRunner.Script("""cd "$1" && find . -xdev -printf '%P %y\n' | sort""", sandbox.Output).Output;
}
