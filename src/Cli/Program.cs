using System.Runtime.InteropServices;
using LayerStore.Cli;

using CancellationTokenSource cancellation = new();

// The first signal asks the command to stop, so that it can put away what it has half done; a later one ends it at once. In a
// store that is as safe: whatever no record names is garbage that the next open removes. A plain tree would stay half written,
// so two signals of one intent (timeout(1) signals the process and then its group) must not count as two.
long stopAt = 0;
void Stop(PosixSignalContext context)
{
    context.Cancel = true;
    long first = Interlocked.CompareExchange(ref stopAt, Environment.TickCount64 + 1000, 0);
    if (first == 0)
    {
        cancellation.Cancel();
    }
    else if (Environment.TickCount64 > first)
    {
        Environment.Exit(ExitCode.Cancelled);
    }
}

using PosixSignalRegistration interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
using PosixSignalRegistration terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);
return await CommandLine.RunAsync(args, Host.System(), cancellation.Token).ConfigureAwait(false);
