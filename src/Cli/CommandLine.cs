using LayerStore.Cli.Commands;
using LayerStore.Cli.Output;
using LayerStore.Cli.Parsing;

namespace LayerStore.Cli;

/// <summary>Runs one command line from its arguments to its exit code.</summary>
internal static class CommandLine
{
    /// <summary>Runs it. Results go to the host's output; an error is one line and a hint on its error stream.</summary>
    /// <returns>An <see cref="ExitCode"/>.</returns>
    public static async Task<int> RunAsync(IReadOnlyList<string> arguments, Host host, CancellationToken cancellationToken = default)
    {
        try
        {
            await RunCommandAsync(arguments, host, cancellationToken).ConfigureAwait(false);
            host.Flush();
            return ExitCode.Done;
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            await host.Error.WriteLineAsync("cancelled").ConfigureAwait(false);
            return ExitCode.Cancelled;
        }
#pragma warning disable CA1031 // The boundary: whatever went wrong becomes a line, a hint and an exit code, never a stack.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            return ErrorReport.Write(host, exception);
        }
    }

    private static async Task RunCommandAsync(IReadOnlyList<string> arguments, Host host, CancellationToken cancellationToken)
    {
        // Scripts ask for the version to see whether the program is there: no tree of commands for that.
        if (arguments is ["--version"] or ["version"])
        {
            Commands.Version.Print(host);
            return;
        }

        GlobalOptions options = new();
        Command root = CommandTree.BuildFor(arguments, options);
        ParsedArguments parsed = PosixArguments.Parse(root, arguments);
        if (parsed.Has(options.Help))
        {
            HelpText.Write(parsed.Command, host.Text);
            return;
        }

        parsed.ReadValues();
        CliCommand command = (CliCommand)parsed.Command;
        WarmStart.Begin(command.Rehearsal);
        await command.RunAsync(new Session(host, parsed, options), cancellationToken).ConfigureAwait(false);
    }
}
