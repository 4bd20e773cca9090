using LayerStore.Cli.Parsing;

namespace LayerStore.Cli.Commands.Daemons;

/// <summary><c>config containerd</c>.</summary>
internal sealed class ConfigContainerd : CliCommand
{
    private readonly Option<string?> _version = Choices.Text("--containerd", "VERSION", "For which containerd: 1.6, 1.7 or 2 (1.6)");
    private readonly Option<bool> _content = Choices.Flag("--content", "Blobs are kept here too: containerd's own content store is off");
    private readonly Option<bool> _diff = Choices.Flag("--diff", "Layers are applied and made here too (containerd 1.7 and later)");
    private readonly Option<string?> _address = Choices.Text("--address", "SOCK", "The daemon's socket (what the configuration says)");
    private readonly Option<string?> _config = Choices.Text("--config", "FILE", "The daemon's configuration (/etc/layerstore/config.yaml)");

    public ConfigContainerd()
        : base("containerd", "Print what goes into containerd's config.toml")
    {
        Add(_version);
        Add(_content);
        Add(_diff);
        Add(_address);
        Add(_config);
    }

    /// <inheritdoc/>
    public override Task RunAsync(Session session, CancellationToken cancellationToken)
    {
        DaemonProgram.Become(
            session,
            ["config", "containerd"],
            ("--containerd", session.Get(_version)),
            ("--content", session.Get(_content) ? "yes" : null),
            ("--diff", session.Get(_diff) ? "yes" : null),
            ("--address", DaemonProgram.Absolute(session.Get(_address))),
            ("--config", DaemonProgram.Absolute(session.Get(_config))));
        return Task.CompletedTask;
    }
}
