using LayerStore.Cli.Parsing;

namespace LayerStore.Cli.Commands.Daemons;

/// <summary><c>serve</c>.</summary>
internal sealed class Serve : CliCommand
{
    private readonly Option<string?> _address = Choices.Text("--address", "SOCK", "The unix socket to serve on (/run/layerstore/layerstore.sock)");
    private readonly Option<string?> _owner = Choices.Text("--owner", "NAME", "Whose snapshots and blobs the socket shows (containerd)");
    private readonly Option<string?> _config = Choices.Text("--config", "FILE", "The configuration (/etc/layerstore/config.yaml, if it is there); options count more");
    private readonly Option<string?> _metrics = Choices.Text("--metrics", "ADDR", "Where Prometheus finds metrics: 127.0.0.1:PORT or unix:SOCK (nowhere)");
    private readonly Option<string?> _format = Choices.Text("--log-format", "FORMAT", "How the log is written to stderr: logfmt or json (logfmt)");

    public Serve()
        : base("serve", "Serve the store to containerd, as a proxy plugin")
    {
        Add(_address);
        Add(_owner);
        Add(_config);
        Add(_metrics);
        Add(_format);
    }

    /// <inheritdoc/>
    public override Task RunAsync(Session session, CancellationToken cancellationToken)
    {
        DaemonProgram.Become(
            session,
            ["serve"],
            ("--address", DaemonProgram.Absolute(session.Get(_address))),
            ("--driver", DaemonProgram.NameOf(session.Driver)),
            ("--owner", session.Get(_owner)),
            ("--config", DaemonProgram.Absolute(session.Get(_config))),
            ("--metrics", session.Get(_metrics)),
            ("--log-format", session.Get(_format)),
            ("--log-level", DaemonProgram.NameOf(session.GivenLogLevel)));
        return Task.CompletedTask;
    }
}
