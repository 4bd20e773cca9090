using System.Text.Json;
using LayerStore;
using LayerStore.Daemon.Configuration;
using LayerStore.Oci;

namespace Daemon.Tests.Configuration;

/// <summary>What is printed for others is what they take: containerd and systemd read it here.</summary>
public sealed class ConfigCommandTests : IDisposable
{
    private readonly TempDirectory _temp = new();

    [Fact]
    public void The_default_is_printed_and_found_right()
    {
        string file = _temp.WriteFile("c.yaml", Print("config", "default"));

        Assert.Equal($"{file} is right\n", Print("config", "check", "--config", file));
    }

    [Fact]
    public void A_wrong_file_is_an_error_with_its_place()
    {
        string file = _temp.WriteFile("c.yaml", "log:\n  level: loud\n");

        LayerStoreException error = Assert.Throws<LayerStoreException>(() => Print("config", "check", "--config", file));

        Assert.Contains($"{file}:2:10: ", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_command_line_counts_more_than_the_file_and_the_file_more_than_the_default()
    {
        string file = _temp.WriteFile("c.yaml", "address: /run/file.sock\nowner: file\n");

        DaemonSettings settings = SettingSources.Resolve(DaemonArguments.Parse(["serve", "--config", file, "--address", "/run/option.sock", "--log-level", "error"]));

        Assert.Equal(("/run/option.sock", "file", TimeSpan.FromSeconds(10)), (settings.Address, settings.Owner, settings.StopTimeout));
        Assert.Contains(
            "option --owner: \"CLI\" is not an owner",
            Assert.Throws<LayerStoreException>(() => SettingSources.Resolve(DaemonArguments.Parse(["serve", "--config", file, "--owner", "CLI"]))).Message,
            StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("serve", "--address")]
    [InlineData("serve", "--address", "/a", "--address", "/b")]
    [InlineData("serve", "--address", "/a", "more")]
    public void Arguments_that_the_command_line_would_not_pass_are_refused(params string[] arguments) =>
        Assert.Throws<LayerStoreException>(() => DaemonArguments.Parse(arguments));

    [SkippableTheory]
    [InlineData]
    [InlineData("--content", "yes")]
    public void Containerd_takes_the_snippet(params string[] options)
    {
        Tools.Require("containerd");
        string address = _temp["a \"b\".sock"];
        string file = _temp.WriteFile("config.toml", Print(["config", "containerd", "--config", "/dev/null", "--address", address, .. options]));

        string dump = ProcessRunner.Run("containerd", "--config", file, "config", "dump").Output;

        string plugins = dump[dump.IndexOf("[proxy_plugins]", StringComparison.Ordinal)..];
        Assert.Contains("[proxy_plugins.layerstore]", plugins, StringComparison.Ordinal);
        Assert.Contains("type = \"snapshot\"", plugins, StringComparison.Ordinal);
        Assert.Contains(address.Replace("\"", "\\\"", StringComparison.Ordinal), plugins, StringComparison.Ordinal);
        Assert.Equal(options.Contains("--content"), plugins.Contains("[proxy_plugins.layerstore-content]", StringComparison.Ordinal));
        Assert.Equal(options.Contains("--content"), dump.Contains("disabled_plugins = [\"io.containerd.content.v1.content\"]", StringComparison.Ordinal));
    }

    /// <summary>For versions that are not installed here: what is in the snippet, as a reader of TOML sees it.</summary>
    [SkippableTheory]
    [InlineData("1.7", 2, "null", false)]
    [InlineData("2", 3, "[\"rebase\"]", false)]
    [InlineData("2", 3, "[\"rebase\", \"remap-ids\"]", true)]
    public void Containerds_versions_differ(string version, int format, string capabilities, bool remapIds)
    {
        Tools.Require("python3");
        string yaml = _temp.WriteFile("c.yaml", $"remap-ids: {(remapIds ? "true" : "false")}\n");
        string file = _temp.WriteFile("config.toml", Print("config", "containerd", "--config", yaml, "--containerd", version, "--content", "yes", "--diff", "yes"));

        using JsonDocument toml = JsonDocument.Parse(ProcessRunner.Run("python3", "-c", "import sys, json, tomllib; print(json.dumps(tomllib.load(open(sys.argv[1], 'rb'))))", file).Output);
        JsonElement plugins = toml.RootElement.GetProperty("proxy_plugins");
        Assert.Equal(format, toml.RootElement.GetProperty("version").GetInt32());
        Assert.Equal("io.containerd.content.v1.content", toml.RootElement.GetProperty("disabled_plugins")[0].GetString());
        foreach ((string name, string type) in (ReadOnlySpan<(string, string)>)[("layerstore", "snapshot"), ("layerstore-content", "content"), ("layerstore-diff", "diff")])
        {
            Assert.Equal(type, plugins.GetProperty(name).GetProperty("type").GetString());
            Assert.Equal("/run/layerstore/layerstore.sock", plugins.GetProperty(name).GetProperty("address").GetString());
        }

        JsonElement settings = toml.RootElement.GetProperty("plugins");
        Assert.Equal("layerstore-diff", settings.GetProperty("io.containerd.service.v1.diff-service").GetProperty("default")[0].GetString());

        // Without its entry the transfer service of 2.x would not unpack for us, and with it alone for nobody else.
        Assert.Equal(
            version == "2" ? [$"{Platform.Current} overlayfs walking", $"{Platform.Current} layerstore layerstore-diff"] : [],
            settings.TryGetProperty("io.containerd.transfer.v1.local", out JsonElement transfer)
                ? transfer.GetProperty("unpack_config").EnumerateArray().Select(e => $"{e.GetProperty("platform")} {e.GetProperty("snapshotter")} {e.GetProperty("differ")}")
                : []);
        Assert.Equal(capabilities, plugins.GetProperty("layerstore").TryGetProperty("capabilities", out JsonElement given) ? given.GetRawText() : "null");
    }

    [Fact]
    public void What_a_containerd_does_not_know_is_refused()
    {
        Assert.Throws<LayerStoreException>(() => Print("config", "containerd", "--config", "/dev/null", "--content", "yes", "--diff", "yes"));
        Assert.Throws<LayerStoreException>(() => Print("config", "containerd", "--config", "/dev/null", "--containerd", "1.7", "--diff", "yes"));
        Assert.Throws<LayerStoreException>(() => Print("config", "containerd", "--config", "/dev/null", "--containerd", "3"));
    }

    [SkippableFact]
    public void Systemd_takes_the_units()
    {
        Tools.Require("systemd-analyze");
        string config = _temp.WriteFile("c 100%.yaml", $"address: {_temp["s.sock"]}\nroot: {_temp["store"]}\nsocket: {{mode: 0660, uid: 0, gid: 0}}\n");
        foreach (string unit in SystemdUnits.Names)
        {
            _temp.WriteFile($"layerstore.{unit}", Print("config", "systemd", unit, "--config", config, "--program", "/bin/true"));
        }

        // It also reads the machine's own units, and may complain of those: only what names ours counts.
        ToolResult result = ProcessRunner.TryRun("systemd-analyze", "verify", "--man=no", _temp["layerstore.service"], _temp["layerstore.socket"]);

        Assert.DoesNotContain("layerstore", result.Error, StringComparison.Ordinal);
        string service = File.ReadAllText(_temp["layerstore.service"]);
        Assert.Contains("Type=notify\n", service, StringComparison.Ordinal);
        Assert.Contains("StartLimitIntervalSec=0\n", service, StringComparison.Ordinal);
        Assert.Contains("Before=containerd.service\n", service, StringComparison.Ordinal);
        Assert.Contains($"ExecStart=/bin/true serve --config \"{config.Replace("%", "%%", StringComparison.Ordinal)}\"\n", service, StringComparison.Ordinal);
        Assert.Contains($"ListenStream={_temp["s.sock"]}\nSocketMode=0660\n", File.ReadAllText(_temp["layerstore.socket"]), StringComparison.Ordinal);
    }

    /// <summary>Options that give a service a mount namespace of its own would hide its mounts from containerd (systemd.exec(5)).</summary>
    [Fact]
    public void The_service_stays_in_the_machines_mount_namespace()
    {
        string[] settings = [.. Print("config", "systemd", "service", "--config", "/dev/null").Split('\n').Where(line => !line.StartsWith('#'))];

        Assert.DoesNotContain(settings, line => line.StartsWith("Private", StringComparison.Ordinal) || line.StartsWith("Protect", StringComparison.Ordinal)
            || line.Contains("Paths=", StringComparison.Ordinal) || line.StartsWith("MountFlags", StringComparison.Ordinal) || line.StartsWith("TemporaryFileSystem", StringComparison.Ordinal));
    }

    public void Dispose() => _temp.Dispose();

    private static string Print(params string[] arguments)
    {
        using StringWriter output = new();
        ConfigCommand.Run(DaemonArguments.Parse(arguments), output);
        return output.ToString();
    }
}
