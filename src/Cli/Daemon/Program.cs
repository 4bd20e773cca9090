using LayerStore;
using LayerStore.Cli;
using LayerStore.Daemon.Hosting;

try
{
    await DaemonHost.RunAsync(ServeOptions.Parse(args)).ConfigureAwait(false);
    return ExitCode.Done;
}
catch (LayerStoreException e)
{
    await Console.Error.WriteLineAsync($"error: {e.Message}").ConfigureAwait(false);
    if (e.Hint is not null)
    {
        await Console.Error.WriteLineAsync($"hint: {e.Hint}").ConfigureAwait(false);
    }

    return ExitCode.From(e.Kind);
}
