using System.CommandLine;
using LayerStore.Cli.Linux;
using LayerStore.Cli.Parsing;
using Snapshotter;

namespace LayerStore.Cli.Commands;

/// <summary><c>serve</c>: becomes the daemon, a program of its own, so that all other commands start without a web server.</summary>
internal sealed class Serve : CliCommand
{
    private readonly Option<string?> _address = Choices.Text("--address", "SOCK", "The unix socket to serve on (/run/layerstore/layerstore.sock)");

    public Serve()
        : base("serve", "Serve the store to containerd, as a proxy plugin") => Add(_address);

    /// <inheritdoc/>
    public override Task RunAsync(Session session, CancellationToken cancellationToken)
    {
        string program = session.Host.Variable("LAYERSTORE_DAEMON") is { Length: > 0 } named
            ? Path.GetFullPath(named)
            : Path.Join(AppContext.BaseDirectory, "daemon", "layerstore-daemon");
        string address = Path.GetFullPath(session.Get(_address) ?? "/run/layerstore/layerstore.sock");
        List<string> arguments = ["serve", "--root", session.Root, "--address", address];
        if (session.Driver is { } driver)
        {
            arguments.AddRange(["--driver", driver == StoreDriver.Native ? "native" : "overlay"]);
        }

        session.Host.Flush();
        ProgramImage.Replace(program, arguments);
        return Task.CompletedTask;
    }
}
