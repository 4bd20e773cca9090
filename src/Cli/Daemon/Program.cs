using LayerStore;
using LayerStore.Cli;
using LayerStore.Daemon.Configuration;
using LayerStore.Daemon.Hosting;

// An event of a socket is handled by the thread that hears of it. Only Kestrel's loops are, which wait for nothing; calls have threads of their own.
Environment.SetEnvironmentVariable("DOTNET_SYSTEM_NET_SOCKETS_INLINE_COMPLETIONS", "1");

try
{
    DaemonArguments arguments = DaemonArguments.Parse(args);
    if (arguments.Words is ["serve"])
    {
        await DaemonHost.RunAsync(arguments).ConfigureAwait(false);
    }
    else
    {
        ConfigCommand.Run(arguments, Console.Out);
    }

    return ExitCode.Done;
}
#pragma warning disable CA1031 // The boundary: whatever went wrong becomes a line, a hint and an exit code, never a stack.
catch (Exception e)
#pragma warning restore CA1031
{
    LayerStoreException error = e switch
    {
        LayerStoreException known => known,
        _ when IoErrors.IsIo(e) => (LayerStoreException)IoErrors.Translate(e, "serve"),
        _ => new LayerStoreException(ErrorKind.Unknown, $"this should not happen: {e.Message.TrimEnd('.')}", "This is a defect in the program: please report it, with the command line.", e),
    };
    await Console.Error.WriteLineAsync($"error: {Printable.Text(error.Message)}").ConfigureAwait(false);
    if (error.Hint is not null)
    {
        await Console.Error.WriteLineAsync($"hint: {Printable.Text(error.Hint)}").ConfigureAwait(false);
    }

    return ExitCode.From(error.Kind);
}
