using LayerStore.Cli.Parsing;

namespace LayerStore.Cli.Commands.Daemons;

/// <summary><c>config systemd</c>.</summary>
internal sealed class ConfigSystemd : CliCommand
{
    private readonly Argument<string?> _unit = Choices.OptionalOperand("UNIT", "service or socket (both)");
    private readonly Option<string?> _address = Choices.Text("--address", "SOCK", "The daemon's socket (what the configuration says)");
    private readonly Option<string?> _config = Choices.Text("--config", "FILE", "The daemon's configuration (/etc/layerstore/config.yaml)");

    public ConfigSystemd()
        : base("systemd", "Print systemd's units for the daemon")
    {
        Add(_unit);
        Add(_address);
        Add(_config);
    }

    /// <inheritdoc/>
    public override Task RunAsync(Session session, CancellationToken cancellationToken)
    {
        // Run by `dotnet exec`, the process is no program that a unit could start.
        string? program = Environment.ProcessPath is { } path && Path.GetFileName(path) != "dotnet" ? path : null;
        DaemonProgram.Become(
            session,
            session.Get(_unit) is { } unit ? ["config", "systemd", unit] : ["config", "systemd"],
            ("--program", program),
            ("--address", DaemonProgram.Absolute(session.Get(_address))),
            ("--config", DaemonProgram.Absolute(session.Get(_config))));
        return Task.CompletedTask;
    }
}
