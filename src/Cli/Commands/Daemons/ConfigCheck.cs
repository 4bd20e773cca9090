using LayerStore.Cli.Parsing;

namespace LayerStore.Cli.Commands.Daemons;

/// <summary><c>config check</c>.</summary>
internal sealed class ConfigCheck : CliCommand
{
    private readonly Argument<string?> _file = Choices.OptionalOperand("FILE", "The file (/etc/layerstore/config.yaml)");

    public ConfigCheck()
        : base("check", "Read a configuration file as the daemon will; what is wrong is exit code 64") => Add(_file);

    /// <inheritdoc/>
    public override Task RunAsync(Session session, CancellationToken cancellationToken)
    {
        DaemonProgram.Become(session, ["config", "check"], ("--config", DaemonProgram.Absolute(session.Get(_file))));
        return Task.CompletedTask;
    }
}
