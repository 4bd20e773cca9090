namespace LayerStore.Cli.Commands.Daemons;

/// <summary><c>config default</c>.</summary>
internal sealed class ConfigDefault() : CliCommand("default", "Print a configuration file with every setting, commented")
{
    /// <inheritdoc/>
    public override Task RunAsync(Session session, CancellationToken cancellationToken)
    {
        DaemonProgram.Become(session, ["config", "default"]);
        return Task.CompletedTask;
    }
}
