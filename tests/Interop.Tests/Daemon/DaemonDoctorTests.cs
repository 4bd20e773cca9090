using System.Text.Json;
using Interop.Tests.Daemon.Support;
using Interop.Tests.Support;

namespace Interop.Tests.Daemon;

/// <summary><c>doctor</c> beside a daemon of ours and a real containerd.</summary>
public sealed class DaemonDoctorTests : IDisposable
{
    private readonly TempDirectory _temp = new();

    public void Dispose() => _temp.Dispose();

    [SkippableFact]
    public void It_sees_the_daemon_and_what_containerd_knows_of_it()
    {
        using var machine = new ContainerdOnLayerStore(_temp, withContent: false, "--driver", "native");
        string address = machine.Daemon.Address;

        Dictionary<string, JsonElement> lines = Examine(machine.Containerd.Socket);
        Assert.Equal((true, null), State(lines["daemon"]));
        Assert.Matches($"^serves: owner containerd, version [0-9.]+, process {machine.Daemon.ProcessId}, on {address}$", lines["daemon"].GetProperty("what").GetString());
        Assert.Equal((true, null), State(lines["containerd config"]));
        Assert.Equal($"the snapshotter layerstore is at {address}", lines["containerd config"].GetProperty("what").GetString());
        Assert.Equal((true, null), State(lines["containerd plugin"]));
        Assert.Equal("containerd has loaded the snapshotter layerstore", lines["containerd plugin"].GetProperty("what").GetString());

        // A containerd that does not run.
        lines = Examine(_temp["nowhere"]);
        Assert.Equal((false, "systemctl start containerd"), State(lines["containerd plugin"]));

        // A daemon that does not run.
        machine.Daemon.Kill();
        lines = Examine(machine.Containerd.Socket);
        Assert.Equal("none serves this store to containerd", lines["daemon"].GetProperty("what").GetString());
        Assert.Contains("systemctl enable --now layerstore", State(lines["daemon"]).Remedy, StringComparison.Ordinal);
        Assert.Contains("layerstore config containerd", State(lines["containerd config"]).Remedy, StringComparison.Ordinal);
        Assert.DoesNotContain("containerd plugin", lines.Keys);

        static (bool Healthy, string? Remedy) State(JsonElement line) => (line.GetProperty("healthy").GetBoolean(), line.GetProperty("remedy").GetString());
    }

    private Dictionary<string, JsonElement> Examine(string socket)
    {
        // containerd reads the machine's configuration unless it is told of another.
        BuiltProgram.WriteScript(Path.Combine(_temp.CreateDirectory("bin"), "containerd"), [Tools.Find("containerd")!, "--config", _temp["containerd/config.toml"]]);
        ToolResult result = (CliProgram.Command("--root", _temp["layerstore/store"], "doctor", "--format", "jsonl") with
        {
            Environment = new Dictionary<string, string?> { ["PATH"] = $"{_temp["bin"]}:{Environment.GetEnvironmentVariable("PATH")}", ["CONTAINERD_ADDRESS"] = socket },
        }).Run().Expect();
        return result.Lines
            .Select(line => JsonDocument.Parse(line).RootElement)
            .Where(line => line.GetProperty("area").GetString() == "daemon")
            .ToDictionary(line => line.GetProperty("name").GetString()!);
    }
}
