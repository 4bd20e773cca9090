using System.Net.Sockets;
using LayerStore;
using LayerStore.Cli.Doctoring;
using Snapshotter.Doctor;

namespace Cli.Tests.Doctoring;

/// <summary>What the doctor makes of answers that are none. The right ones it gets from a real daemon and a real containerd (Interop.Tests).</summary>
public sealed class DaemonDoctorTests : IDisposable
{
    private readonly TempDirectory _temp = new();

    [Fact]
    public void Without_a_daemon_it_says_how_to_start_one()
    {
        Diagnosis line = Assert.Single(new DaemonDoctor(_temp["store"], _ => null).Examine());

        Assert.Equal((DoctorArea.Daemon, false, false), (line.Area, line.IsHealthy, line.IsRequired));
        Assert.Contains("layerstore serve", line.Remedy, StringComparison.Ordinal);
        Assert.Empty(Directory.EnumerateFileSystemEntries(_temp.FullPath));
    }

    [Theory]
    [InlineData("")]
    [InlineData("48545450")] // "HTTP"
    [InlineData("ffffff0000000000010000")] // a frame of 16 MiB
    [InlineData("000004030000000001000000070000000000000000")] // the stream is refused
    [InlineData("0000080700000000000000000000000000")] // the connection is refused
    [InlineData("000000040000000000000001010500000001000000")] // headers, and the end without a message
    [InlineData("0000050001000000010000000009")] // a message of nine bytes that are not there
    [InlineData("00000500010000000101000000000000")] // a packed message
    public void An_answer_that_is_none_is_an_error(string hexadecimal)
    {
        using Socket server = Answer(Convert.FromHexString(hexadecimal));

        LayerStoreException error = Assert.Throws<LayerStoreException>(() => UnaryCall.Call(_temp["s"], "/grpc.health.v1.Health/Check", []));

        Assert.Equal(ErrorKind.Unavailable, error.Kind);
        Assert.Contains(_temp["s"], error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_message_is_taken_out_of_its_frames()
    {
        using Socket server = Answer(Convert.FromHexString("000000040000000000" + "000008060000000000" + "0102030405060708" + "000006000000000001" + "000000000208" + "000001000100000001" + "01"));

        Assert.Equal([0x08, 0x01], UnaryCall.Call(_temp["s"], "/grpc.health.v1.Health/Check", []));
    }

    [Fact]
    public void Nobody_at_all_is_an_error() =>
        Assert.Equal(ErrorKind.Unavailable, Assert.Throws<LayerStoreException>(() => UnaryCall.Call(_temp["none"], "/x/y", [])).Kind);

    [Fact]
    public void Proxy_plugins_are_found_in_what_containerd_prints()
    {
        const string Dump = """
            version = 2

            [grpc]
              address = "/run/containerd/containerd.sock"

            [proxy_plugins]

              [proxy_plugins.blobs]
                address = "/run/c.sock"
                type = "content"

              [proxy_plugins."a.b"]
                type = "snapshot"
                address = "/run/\"q\".sock"

              [proxy_plugins.plain]
                address = "/run/p.sock"
                type = "snapshot"

                [proxy_plugins.plain.exports]

              [proxy_plugins.'c.d']
                type = 'snapshot'
                address = '/run/"c"\d.sock'
                platform = ''
                capabilities = ['rebase']
            """;

        Assert.Equal([("a.b", "/run/\"q\".sock"), ("plain", "/run/p.sock"), ("c.d", "/run/\"c\"\\d.sock")], ContainerdDoctor.ProxySnapshotters(Dump));
        Assert.Empty(ContainerdDoctor.ProxySnapshotters(""));
    }

    [Theory]
    [InlineData("0a040a026964", false)] // type
    [InlineData("0a063a0412026e6f", true)] // init_err
    [InlineData("0a08120269643a021204", true)]
    [InlineData("0a0608073a0412026e6f", false)] // cut
    [InlineData("0aff", false)]
    [InlineData("", false)]
    public void A_plugin_that_did_not_load_is_known_by_its_error(string answer, bool expected) =>
        Assert.Equal(expected, ContainerdDoctor.HasError(Convert.FromHexString(answer)));

    public void Dispose() => _temp.Dispose();

    /// <summary>A server that answers one caller with these bytes, and hangs up.</summary>
    private Socket Answer(byte[] bytes)
    {
        Socket server = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        server.Bind(new UnixDomainSocketEndPoint(_temp["s"]));
        server.Listen();
        _ = Task.Run(async () =>
        {
            using Socket caller = await server.AcceptAsync();
            await caller.SendAsync(bytes);
            caller.Shutdown(SocketShutdown.Send);
            while (await caller.ReceiveAsync(new byte[4096]) > 0)
            {
            }
        });
        return server;
    }
}
