using System.Runtime.InteropServices;

namespace LayerStore.Daemon.Hosting;

/// <summary>What signals mean: SIGTERM and SIGINT stop the daemon, a second one ends it at once, SIGHUP reads the log level again.</summary>
internal sealed class StopSignals : IDisposable
{
    // Two signals of one intent (timeout(1) signals the process and then its group) must not count as two.
    private static readonly TimeSpan s_oneIntent = TimeSpan.FromSeconds(1);

    private readonly TaskCompletionSource _stop = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Action _end;
    private readonly TimeProvider _clock;
    private readonly PosixSignalRegistration[] _registrations;
    private long _first;

    /// <summary>Begins to listen to signals.</summary>
    /// <param name="reload">What SIGHUP does.</param>
    /// <param name="end">Ends the process at once.</param>
    /// <param name="clock">Tells the time between two signals.</param>
    public StopSignals(Action reload, Action end, TimeProvider? clock = null)
    {
        _end = end;
        _clock = clock ?? TimeProvider.System;
        _registrations =
        [
            Register(PosixSignal.SIGTERM, OnStop),
            Register(PosixSignal.SIGINT, OnStop),
            Register(PosixSignal.SIGHUP, reload),
        ];
    }

    /// <summary>Ends when the daemon is to stop.</summary>
    public Task StopRequested => _stop.Task;

    /// <summary>What a signal to stop does.</summary>
    internal void OnStop()
    {
        long now = _clock.GetTimestamp();
        long first = Interlocked.CompareExchange(ref _first, now, 0);
        if (first == 0)
        {
            _stop.TrySetResult();
        }
        else if (_clock.GetElapsedTime(first, now) > s_oneIntent)
        {
            _end();
        }
    }

    /// <inheritdoc/>
    public void Dispose() => Array.ForEach(_registrations, registration => registration.Dispose());

    private static PosixSignalRegistration Register(PosixSignal signal, Action action) => PosixSignalRegistration.Create(signal, context =>
    {
        context.Cancel = true;
        action();
    });
}
