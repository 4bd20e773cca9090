using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using Daemon.Tests.Support;
using LayerStore.Daemon.Grpc;
using LayerStore.Daemon.Protos.Health;
using LayerStore.Daemon.Protos.Snapshots;

namespace Daemon.Tests.Telemetry;

/// <summary>What a running daemon tells: to Prometheus, to a collector of traces, in its log.</summary>
public sealed class TelemetryProcessTests : IDisposable
{
    private const string Check = "/grpc.health.v1.Health/Check";
    private const string Snapshots = "/containerd.services.snapshots.v1.Snapshots/";
    private readonly TempDirectory _temp = new();

    private string Address => _temp["s.sock"];

    private string[] Arguments => ["--root", _temp["store"], "--address", Address, "--driver", "native"];

    [SkippableFact]
    public async Task Metrics_are_what_Prometheus_takes_and_count_what_was_done()
    {
        string metrics = _temp["m.sock"];
        using DaemonProcess daemon = DaemonProcess.Serve([.. Arguments, "--metrics", $"unix:{metrics}"]);
        using (WireClient client = new(Address))
        {
            Assert.Equal(GrpcStatus.Ok, (await client.CallAsync(Snapshots + "Prepare", new PrepareSnapshotRequest { Key = "one" })).Status);
            Assert.Equal(GrpcStatus.NotFound, (await client.CallAsync(Snapshots + "Stat", new StatSnapshotRequest { Key = "none" })).Status);
        }

        using HttpClient http = new(new SocketsHttpHandler
        {
            ConnectCallback = async (_, token) =>
            {
                Socket socket = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
                await socket.ConnectAsync(new UnixDomainSocketEndPoint(metrics), token);
                return new NetworkStream(socket, ownsSocket: true);
            },
        });
        Assert.Equal(HttpStatusCode.NotFound, (await http.GetAsync(new Uri("http://localhost/"))).StatusCode);
        using HttpResponseMessage response = await http.GetAsync(new Uri("http://localhost/metrics"));
        Assert.Equal("text/plain; version=0.0.4; charset=utf-8", response.Content.Headers.ContentType?.ToString());
        string text = await response.Content.ReadAsStringAsync();

        const string Labels = "service=\"containerd.services.snapshots.v1.Snapshots\"";
        Assert.Contains($"layerstore_grpc_call_duration_seconds_count{{method=\"Prepare\",{Labels},status=\"OK\"}} 1\n", text, StringComparison.Ordinal);
        Assert.Contains($"layerstore_grpc_call_duration_seconds_count{{method=\"Stat\",{Labels},status=\"NotFound\"}} 1\n", text, StringComparison.Ordinal);
        Assert.Contains("layerstore_snapshots{kind=\"active\"} 1\n", text, StringComparison.Ordinal);
        foreach (string name in (string[])
            ["layerstore_content_blobs", "layerstore_content_size_bytes", "layerstore_ingests", "layerstore_ingests_size_bytes", "layerstore_layers", "layerstore_layers_size_bytes", "layerstore_orphans{kind=\"blob\"}"])
        {
            Assert.Contains($"\n{name} 0\n", text, StringComparison.Ordinal);
        }

        // docs/daemon.md must not fall behind the code.
        string manual = await File.ReadAllTextAsync(Repository.PathOf("docs/daemon.md"));
        Assert.All(
            text.Split('\n').Where(line => line.StartsWith("# TYPE ", StringComparison.Ordinal)),
            line => Assert.Contains($"`{line.Split(' ')[2]}`", manual, StringComparison.Ordinal));
        Lint(text);
    }

    [Fact]
    public async Task A_port_that_is_taken_is_an_error_before_anything_is_served()
    {
        using Socket taken = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        taken.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        taken.Listen();
        using DaemonProcess daemon = DaemonProcess.Start([.. Arguments, "--metrics", taken.LocalEndPoint!.ToString()!]);

        Assert.Equal(4, await daemon.EndAsync());
        Assert.Contains($"cannot serve metrics on {taken.LocalEndPoint}", daemon.Log, StringComparison.Ordinal);
        Assert.False(File.Exists(Address));
    }

    [Fact]
    public async Task A_call_is_a_span_of_its_callers_trace()
    {
        await using TraceReceiver receiver = await TraceReceiver.StartAsync();
        string config = _temp.WriteFile("c.yaml", $"traces: {{endpoint: '{receiver.Address}', ratio: 0}}\n");
        using DaemonProcess daemon = DaemonProcess.Serve([.. Arguments, "--config", config]);
        using (WireClient client = new(Address))
        {
            await client.CallAsync(Check, new HealthCheckRequest()); // The ratio says no, and the next caller says yes.
            await client.CallAsync(Check, new HealthCheckRequest(), ("traceparent", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"));
        }

        daemon.Signal("TERM");
        Assert.Equal(0, await daemon.EndAsync());

        ReceivedSpan span = Assert.Single(receiver.Received);
        Assert.Equal(
            ("grpc.health.v1.Health/Check", "0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331"), (span.Name, span.TraceId, span.ParentId));
        Assert.Superset(new HashSet<string> { "rpc.system", "rpc.service", "rpc.method", "rpc.grpc.status_code", "layerstore.request" }, span.Attributes.ToHashSet());
    }

    [Fact]
    public async Task The_log_can_be_lines_of_json()
    {
        using DaemonProcess daemon = DaemonProcess.Start([.. Arguments, "--log-format", "json", "--log-level", "debug"]);
        daemon.WaitForLog("\"msg\":\"serving");
        using (WireClient client = new(Address))
        {
            await client.CallAsync(Snapshots + "Stat", new StatSnapshotRequest { Key = "a \"b\"\nlevel=error" });
        }

        using JsonDocument line = JsonDocument.Parse(daemon.WaitForLog("Snapshots/Stat"));
        Assert.Equal("call", line.RootElement.GetProperty("msg").GetString());
        Assert.Equal("InvalidArgument", line.RootElement.GetProperty("status").GetString());
        Assert.True(line.RootElement.GetProperty("duration_ms").GetDouble() > 0);
        Assert.NotEmpty(line.RootElement.GetProperty("request").GetString()!);
        Assert.Equal("a \"b\"\\x0alevel=error", line.RootElement.GetProperty("key").GetString());
        daemon.Signal("TERM");
        await daemon.EndAsync();
        Assert.All(daemon.Log.TrimEnd('\n').Split('\n'), text => Assert.Null(Record.Exception(() => JsonDocument.Parse(text))));
    }

    public void Dispose() => _temp.Dispose();

    /// <summary>Prometheus' own rules, by the package that promtool is made of.</summary>
    private static void Lint(string metrics)
    {
        Tools.Require("go");
        Skip.IfNot(Directory.Exists("/usr/share/gocode/src/github.com/prometheus/client_golang"), "not installed: Prometheus' Go library (a dependency of containerd's)");
        string cache = Repository.PathOf("artifacts/go/cache");
        Directory.CreateDirectory(cache);
        new ToolCommand("go", "run", "promlint")
        {
            Input = System.Text.Encoding.UTF8.GetBytes(metrics),
            Environment = new Dictionary<string, string?>
            {
                ["GOPATH"] = $"{Repository.PathOf("tests/go")}:/usr/share/gocode",
                ["GOCACHE"] = cache,
                ["GO111MODULE"] = "off",
                ["GOFLAGS"] = "",
                ["GOPROXY"] = "off",
                ["CGO_ENABLED"] = "0",
            },
        }.Run().Expect();
    }
}
