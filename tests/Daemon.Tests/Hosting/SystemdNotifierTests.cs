using System.Net.Sockets;
using System.Text;
using LayerStore.Daemon.Hosting;

namespace Daemon.Tests.Hosting;

/// <summary>What systemd hears.</summary>
public sealed class SystemdNotifierTests : IDisposable
{
    private readonly TempDirectory _temp = new();

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void States_arrive_one_a_datagram(bool isAbstract)
    {
        string name = isAbstract ? $"@layerstore-test-{Guid.NewGuid():n}" : _temp["notify"];
        using Socket systemd = Listen(name);
        using SystemdNotifier notifier = new(variable => variable == "NOTIFY_SOCKET" ? name : null, processId: 7);

        notifier.Ready("serving");
        notifier.Stopping("waiting for 2 calls");

        Assert.Equal("READY=1\nSTATUS=serving", Receive(systemd));
        Assert.Equal("STOPPING=1\nSTATUS=waiting for 2 calls", Receive(systemd));
    }

    [Fact]
    public void The_watchdog_is_told_again_and_again()
    {
        using Socket systemd = Listen(_temp["notify"]);
        Dictionary<string, string> variables = new() { ["NOTIFY_SOCKET"] = _temp["notify"], ["WATCHDOG_USEC"] = "20000", ["WATCHDOG_PID"] = "7" };
        using SystemdNotifier notifier = new(variables.GetValueOrDefault, processId: 7);

        Assert.Equal("WATCHDOG=1", Receive(systemd));
        Assert.Equal("WATCHDOG=1", Receive(systemd));
    }

    [Theory]
    [InlineData("30000000", "7", 30.0)]
    [InlineData("30000000", "", 30.0)]
    [InlineData("30000000", null, 30.0)]
    [InlineData("30000000", "8", null)]
    [InlineData("0", "7", null)]
    [InlineData("-5", "7", null)]
    [InlineData("soon", "7", null)]
    [InlineData(null, "7", null)]
    public void The_watchdog_is_for_the_process_that_is_named(string? microseconds, string? process, double? seconds) => Assert.Equal(
        seconds,
        SystemdNotifier.WatchdogInterval(variable => variable == "WATCHDOG_USEC" ? microseconds : process, processId: 7)?.TotalSeconds);

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("relative")]
    [InlineData("/nonexistent/notify")]
    public void Without_systemd_nothing_happens(string? socket)
    {
        using SystemdNotifier notifier = new(variable => variable == "NOTIFY_SOCKET" ? socket : null, processId: 7);

        Assert.Null(Record.Exception(() => notifier.Ready("serving")));
    }

    public void Dispose() => _temp.Dispose();

    private static Socket Listen(string name)
    {
        Socket socket = new(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified) { ReceiveTimeout = 60_000 };
        socket.Bind(new UnixDomainSocketEndPoint(name[0] == '@' ? "\0" + name[1..] : name));
        return socket;
    }

    private static string Receive(Socket socket)
    {
        byte[] buffer = new byte[4096];
        return Encoding.UTF8.GetString(buffer, 0, socket.Receive(buffer));
    }
}
