using System.Net.Sockets;
using Interop.Tests.Support;

namespace Interop.Tests.Daemon.Support;

/// <summary>A daemon of ours, with its store and its socket in a directory of the test. Disposing kills it.</summary>
internal sealed class LayerStoreDaemon : IDisposable
{
    private readonly string _directory;
    private readonly string[] _options;
    private Service _service;

    /// <summary>Starts it.</summary>
    /// <param name="directory">Where it keeps everything; made if missing.</param>
    /// <param name="options">Further options of <c>layerstore serve</c>.</param>
    public LayerStoreDaemon(string directory, params string[] options)
    {
        _directory = Directory.CreateDirectory(directory).FullName;
        _options = options;
        _service = Start();
    }

    /// <summary>The store.</summary>
    public string Root => Path.Combine(_directory, "store");

    /// <summary>The socket.</summary>
    public string Address => Path.Combine(_directory, "layerstore.sock");

    /// <summary>What it logged.</summary>
    public string Log => _service.Log;

    /// <summary>Its process id.</summary>
    public int ProcessId => _service.Id;

    /// <summary>What containerd's configuration needs to know of it.</summary>
    /// <param name="types">What it serves for containerd: <c>snapshot</c>, <c>content</c>.</param>
    public string Settings(params string[] types) => string.Concat(types.Select(type =>
        $"""
        [proxy_plugins.{(type == "snapshot" ? "layerstore" : "layerstore-" + type)}]
        type = "{type}"
        address = "{Address}"

        """));

    /// <summary>Runs a command on the same store, which must succeed.</summary>
    public ToolResult Cli(params string[] arguments) => CliProgram.Command(["--root", Root, .. arguments]).Run().Expect();

    /// <summary>Ends it in good order and starts it again.</summary>
    public void Restart()
    {
        Assert.Equal(0, _service.Terminate());
        _service = Start();
    }

    /// <summary>Kills it (SIGKILL).</summary>
    public void Kill() => _service.Kill();

    /// <summary>Starts it again after <see cref="Kill"/>.</summary>
    public void StartAgain() => _service = Start();

    /// <inheritdoc/>
    public void Dispose() => _service.Dispose();

    private Service Start()
    {
        _service?.Dispose();
        ToolCommand serve = CliProgram.Command(["serve", "--root", Root, "--address", Address, .. _options]) with
        {
            Environment = new Dictionary<string, string?> { ["LAYERSTORE_DAEMON"] = DaemonProgram.WriteScript(Path.Combine(_directory, "layerstore-daemon")) },
        };
        return Service.Start(serve, Path.Combine(_directory, "log"), IsReady);
    }

    private bool IsReady()
    {
        using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            socket.Connect(new UnixDomainSocketEndPoint(Address));
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
