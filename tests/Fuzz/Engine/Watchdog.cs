using System.Diagnostics;

namespace Fuzz.Engine;

/// <summary>
/// Ends the process when an input takes too long: nothing can stop a thread in .NET. The limit is thousands of times what an input takes,
/// so it says "never ends" and not "slow".
/// </summary>
internal sealed class Watchdog : IDisposable
{
    private readonly TimeSpan _limit;
    private readonly Action _report;
    private readonly Timer _timer;
    private long _started;

    /// <param name="limit">How long an input may take.</param>
    /// <param name="report">Saves the input. It runs on another thread, and the process ends after it.</param>
    public Watchdog(TimeSpan limit, Action report)
    {
        _limit = limit;
        _report = report;
        _timer = new Timer(_ => Look(), null, TimeSpan.FromMilliseconds(250), TimeSpan.FromMilliseconds(250));
    }

    /// <summary>An input begins.</summary>
    public void Start() => Volatile.Write(ref _started, Stopwatch.GetTimestamp());

    /// <summary>It ended.</summary>
    public void Stop() => Volatile.Write(ref _started, 0);

    public void Dispose() => _timer.Dispose();

    private void Look()
    {
        long started = Volatile.Read(ref _started);
        if (started != 0 && Stopwatch.GetElapsedTime(started) > _limit && Interlocked.CompareExchange(ref _started, 0, started) == started)
        {
            _report();
            Environment.Exit(ExitCodes.Fault);
        }
    }
}
