using System.Net.Sockets;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.RegularExpressions;
using Daemon.Tests.Support;
using LayerStore;
using LayerStore.Daemon.Grpc;
using LayerStore.Daemon.Hosting;
using LayerStore.Daemon.Protos.Health;
using LayerStore.Daemon.Protos.Snapshots;

namespace Daemon.Tests.Hosting;

/// <summary>The daemon as systemd and an operator meet it: started, called, signalled, killed.</summary>
public sealed class DaemonProcessTests : IDisposable
{
    private const string Snapshots = "/containerd.services.snapshots.v1.Snapshots/";
    private const string Check = "/grpc.health.v1.Health/Check";
    private readonly TempDirectory _temp = new();

    private string Address => _temp["run/s.sock"];

    private string[] Arguments => ["--root", _temp["store"], "--address", Address, "--driver", "native"];

    [Fact]
    public async Task It_serves_on_a_private_socket_and_ends_well()
    {
        using DaemonProcess daemon = DaemonProcess.Serve(Arguments);

        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(Address));
        using (WireClient client = new(Address))
        {
            Assert.Equal(GrpcStatus.Ok, (await client.CallAsync(Check, new HealthCheckRequest())).Status);
            Assert.Equal(GrpcStatus.Ok, (await client.CallAsync("/containerd.services.snapshots.v1.Snapshots/List", new ListSnapshotsRequest())).Status);
            Assert.Equal(GrpcStatus.NotFound, (await client.CallAsync(Check, new HealthCheckRequest { Service = "no\nsuch" })).Status);
        }

        // The first line: what only asks and goes well is not for this level.
        Assert.Matches("level=info msg=call request=[^ ]+ method=grpc.health.v1.Health/Check status=NotFound duration_ms=", daemon.WaitForLog("msg=call"));
        daemon.Signal("TERM");
        Assert.Equal(0, await daemon.EndAsync());
        Assert.Contains("msg=stopped", daemon.Log, StringComparison.Ordinal);
        Assert.Empty(Directory.GetFileSystemEntries(_temp["run"]));
    }

    [Fact]
    public async Task A_second_daemon_is_refused_whether_it_wants_the_socket_or_the_owner()
    {
        using DaemonProcess daemon = DaemonProcess.Serve(Arguments);

        await RefusedAsync($"(process {daemon.Id}) listens there", "--root", _temp["other"], "--address", Address);
        await RefusedAsync($"another daemon serves the owner \"containerd\" of the store in {_temp["store"]}: process {daemon.Id}, on {Address}", "--root", _temp["store"], "--address", _temp["b"]);
        using DaemonProcess other = DaemonProcess.Serve("--root", _temp["store"], "--address", _temp["c"], "--owner", "second");

        static async Task RefusedAsync(string reason, params string[] arguments)
        {
            using DaemonProcess refused = DaemonProcess.Start(arguments);
            Assert.Equal(4, await refused.EndAsync());
            Assert.Contains($"error: ", refused.Log, StringComparison.Ordinal);
            Assert.Contains(reason, refused.Log, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void After_a_kill_the_next_one_takes_the_socket_over()
    {
        using (DaemonProcess killed = DaemonProcess.Serve(Arguments))
        {
            killed.Signal("KILL");
        }

        Assert.True(File.Exists(Address));
        using DaemonProcess next = DaemonProcess.Serve(Arguments);
    }

    [SkippableTheory]
    [InlineData("true")]
    [InlineData("false")]
    public async Task Only_with_sync_does_a_call_wait_for_the_disk(string sync)
    {
        Tools.Require("strace");
        File.WriteAllText(_temp["config.yaml"], $"sync: {sync}\n");
        using (DaemonProcess makesTheStore = DaemonProcess.Serve(Arguments))
        {
        }

        using DaemonProcess strace = DaemonProcess.Start(
            [.. Arguments, "--config", _temp["config.yaml"]], ["strace", "-f", "-qq", "-o", _temp["calls"], "-e", "trace=fsync,fdatasync,syncfs,sync_file_range"]);
        string daemon = Regex.Match(strace.WaitForLog("msg=\"serving"), "Pid=([0-9]+)").Groups[1].Value;
        using (WireClient client = new(Address))
        {
            WireReply prepared = await client.CallAsync(Snapshots + "Prepare", new PrepareSnapshotRequest { Key = "a" });
            File.WriteAllText(Path.Combine(prepared.Only<PrepareSnapshotResponse>().Mounts[0].Source, "file"), "text");
            Assert.Equal(GrpcStatus.Ok, (await client.CallAsync(Snapshots + "Commit", new CommitSnapshotRequest { Key = "a", Name = "b" })).Status);
        }

        ProcessRunner.Run("kill", daemon);
        Assert.Equal(0, await strace.EndAsync());
        Assert.Equal(sync == "true", File.ReadAllText(_temp["calls"]).Contains("sync", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Running_calls_are_finished_and_new_ones_not_taken()
    {
        using DaemonProcess daemon = DaemonProcess.Serve(Arguments);
        using WireClient client = new(Address);
        (OpenRequest running, Task<WireReply> reply) = await BeginCallAsync(client);

        daemon.Signal("TERM");
        daemon.WaitForLog("msg=\"stopping");
        while (Accepts())
        {
            await Task.Delay(10);
        }

        running.End();
        Assert.Equal(GrpcStatus.Ok, (await reply).Status);
        Assert.Equal(0, await daemon.EndAsync());
        Assert.DoesNotContain("cut off", daemon.Log, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_call_that_does_not_end_is_cut_off_when_its_time_is_over()
    {
        string config = _temp.WriteFile("c.yaml", "stop-timeout: 100ms\n");
        using DaemonProcess daemon = DaemonProcess.Serve([.. Arguments, "--config", config]);
        using WireClient client = new(Address);
        (OpenRequest running, Task<WireReply> reply) = await BeginCallAsync(client);

        daemon.Signal("TERM");

        Assert.Equal(0, await daemon.EndAsync());
        await Assert.ThrowsAsync<HttpRequestException>(() => reply);
        running.End();
    }

    [Fact]
    public async Task A_second_signal_ends_it_at_once()
    {
        string config = _temp.WriteFile("c.yaml", "stop-timeout: 10m\n");
        using DaemonProcess daemon = DaemonProcess.Serve([.. Arguments, "--config", config]);
        using WireClient client = new(Address);
        (OpenRequest running, Task<WireReply> reply) = await BeginCallAsync(client);

        daemon.Signal("INT");
        daemon.WaitForLog("msg=\"stopping");
        await Task.Delay(1100); // Sooner it would be the same intent.
        daemon.Signal("TERM");

        Assert.Equal(130, await daemon.EndAsync());
        await Assert.ThrowsAsync<HttpRequestException>(() => reply);
        running.End();
    }

    [Fact]
    public async Task A_hangup_reads_the_log_level_again_and_survives_a_broken_file()
    {
        string config = _temp.WriteFile("c.yaml", "log: {level: info}\n");
        using DaemonProcess daemon = DaemonProcess.Serve([.. Arguments, "--config", config]);
        using WireClient client = new(Address);

        File.WriteAllText(config, "log: {level: loud}\n");
        daemon.Signal("HUP");
        Assert.Contains("c.yaml:1:14", daemon.WaitForLog("was not read again"), StringComparison.Ordinal);
        File.WriteAllText(config, "log: {level: debug}\nstop-timeout: 9s\n");
        daemon.Signal("HUP");
        daemon.WaitForLog("other changes hold from the next start");

        await client.CallAsync(Check, new HealthCheckRequest());
        Assert.Contains("level=debug", daemon.WaitForLog("Health/Check status=OK"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Systemd_hears_when_it_serves_and_when_it_stops()
    {
        using Socket systemd = new(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified) { ReceiveTimeout = 60_000 };
        systemd.Bind(new UnixDomainSocketEndPoint(_temp["notify"]));
        using DaemonProcess daemon = DaemonProcess.Start(Arguments, variables: new Dictionary<string, string> { ["NOTIFY_SOCKET"] = _temp["notify"] });

        Assert.Equal($"READY=1\nSTATUS=serving containerd on {Address}", Receive());
        using (WireClient client = new(Address))
        {
            Assert.Equal(GrpcStatus.Ok, (await client.CallAsync(Check, new HealthCheckRequest())).Status);
        }

        daemon.Signal("TERM");
        Assert.Equal("STOPPING=1\nSTATUS=waiting for running calls", Receive());
        Assert.Equal(0, await daemon.EndAsync());

        string Receive()
        {
            byte[] buffer = new byte[4096];
            return Encoding.UTF8.GetString(buffer, 0, systemd.Receive(buffer));
        }
    }

    [SkippableFact]
    public async Task A_socket_of_systemd_is_taken_and_left_in_its_place()
    {
        Tools.Require("systemd-socket-activate");
        using DaemonProcess daemon = DaemonProcess.Start(Arguments, ["systemd-socket-activate", "-E", "PATH", "-E", "DOTNET_ROOT", "-E", "HOME", "-l", _temp["passed"]]);
        while (!File.Exists(_temp["passed"]))
        {
            Assert.True(daemon.IsRunning, daemon.Log);
            await Task.Delay(10);
        }

        using (WireClient client = new(_temp["passed"]))
        {
            Assert.Equal(GrpcStatus.Ok, (await client.CallAsync(Check, new HealthCheckRequest())).Status);
        }

        Assert.Contains(_temp["passed"], daemon.WaitForLog("msg=\"serving"), StringComparison.Ordinal);
        daemon.Signal("TERM");
        Assert.Equal(0, await daemon.EndAsync());
        Assert.True(File.Exists(_temp["passed"]));
        Assert.False(Directory.Exists(_temp["run"]));
    }

    [Fact]
    public void A_descriptor_that_is_no_listening_unix_socket_is_refused()
    {
        using Socket internet = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        internet.Listen();
        using Socket datagrams = new(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified);
        using Socket deaf = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        using FileStream file = File.Open(_temp["file"], FileMode.Create);

        foreach (SafeHandle handle in (SafeHandle[])[internet.SafeHandle, datagrams.SafeHandle, deaf.SafeHandle, file.SafeFileHandle])
        {
            int descriptor = dup((int)handle.DangerousGetHandle()); // It is taken, and closed.
            Assert.Contains(
                "is not a unix stream socket that listens",
                Assert.Throws<LayerStoreException>(() => ServerSocket.FromDescriptor(descriptor)).Message,
                StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("7", "1", 1)]
    [InlineData("7", "2", 2)]
    [InlineData("8", "1", 0)]
    [InlineData("7", "x", 0)]
    [InlineData("7", "-1", 0)]
    [InlineData(null, "1", 0)]
    [InlineData("7", null, 0)]
    public void Sockets_are_counted_for_this_process_only(string? process, string? count, int expected) =>
        Assert.Equal(expected, SocketActivation.Count(name => name == "LISTEN_PID" ? process : count, processId: 7));

    public void Dispose() => _temp.Dispose();

    [DllImport("libc")]
    private static extern int dup(int descriptor);

    private bool Accepts()
    {
        using Socket caller = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            caller.Connect(new UnixDomainSocketEndPoint(Address));
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    /// <summary>Begins a call, and waits until the daemon has it: it takes those of one connection in their order.</summary>
    private static async Task<(OpenRequest Running, Task<WireReply> Reply)> BeginCallAsync(WireClient client)
    {
        OpenRequest running = new(WireClient.Frame(new HealthCheckRequest { Service = "grpc.health.v1.Health" }));
        Task<WireReply> reply = client.CallAsync(Check, running);
        await running.Begun;
        Assert.Equal(GrpcStatus.Ok, (await client.CallAsync(Check, new HealthCheckRequest())).Status);
        return (running, reply);
    }
}
