using System.Runtime.InteropServices;
using LayerStore.Cli;

using CancellationTokenSource cancellation = new();

// The first signal asks the command to stop, so that it can put away what it has half done; the second ends it at once,
// which is as safe: whatever no record names is garbage that the next open removes.
void Stop(PosixSignalContext context)
{
    context.Cancel = true;
    if (cancellation.IsCancellationRequested)
    {
        Environment.Exit(ExitCode.Cancelled);
    }

    cancellation.Cancel();
}

using PosixSignalRegistration interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
using PosixSignalRegistration terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);
return await CommandLine.RunAsync(args, Host.System(), cancellation.Token).ConfigureAwait(false);
