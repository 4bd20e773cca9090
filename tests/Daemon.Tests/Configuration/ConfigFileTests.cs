using System.Text;
using FsCheck;
using FsCheck.Fluent;
using LayerStore;
using LayerStore.Daemon.Configuration;
using Microsoft.Extensions.Logging;

namespace Daemon.Tests.Configuration;

/// <summary>The file says what the daemon does, or where exactly it is wrong.</summary>
public sealed class ConfigFileTests
{
    [Fact]
    public void The_default_file_parses_to_the_defaults() => Assert.Equal(new DaemonSettings(), Parse(ConfigText.Write(new DaemonSettings())));

    [Fact]
    public void What_is_written_is_read_again()
    {
        DaemonSettings settings = new()
        {
            Address = "/run/a b/\"it's\".sock",
            Root = "/srv/# store: \\one",
            Driver = Snapshotter.StoreDriver.Native,
            Owner = "null",
            Sync = false,
            RemapIds = true,
            SocketMode = (UnixFileMode)0b110_110_000,
            SocketUser = 0,
            SocketGroup = 998,
            StopTimeout = TimeSpan.FromMilliseconds(1500),
            Metrics = MetricsAddress.Parse("[::1]:9323"),
            LogFormat = LogFormat.Json,
            LogLevel = LogLevel.Error,
            TracesEndpoint = new Uri("http://127.0.0.1:4318"),
            TracesRatio = 0.25,
        };

        Assert.Equal(settings, Parse(ConfigText.Write(settings)));
    }

    [Fact]
    public void Every_setting_is_in_the_default_file_with_a_comment()
    {
        string[] lines = ConfigText.Write(new DaemonSettings()).Split('\n');
        foreach (Setting setting in SettingList.All)
        {
            string name = setting.Key.Split('.')[^1] + ":";
            int line = Array.FindIndex(lines, text => text.TrimStart().StartsWith(name, StringComparison.Ordinal));
            Assert.True(line > 0, $"{setting.Key} is missing");
            Assert.StartsWith("#", lines[line - 1].TrimStart(), StringComparison.Ordinal);
        }
    }

    /// <summary>docs/daemon.md must not fall behind the code.</summary>
    [Fact]
    public void Every_setting_is_in_the_manual_with_its_option_and_default()
    {
        string[] rows = [.. File.ReadLines(Repository.PathOf("docs/daemon.md")).Where(line => line.StartsWith("| `", StringComparison.Ordinal))];
        DaemonSettings defaults = new();
        foreach (Setting setting in SettingList.All)
        {
            string row = Assert.Single(rows, line => line.Split('|')[1].Contains($"`{setting.Key}`", StringComparison.Ordinal));
            Assert.Equal(setting.Option is null ? "" : $"`{setting.Option}`", row.Split('|')[2].Trim());
            Assert.Equal(setting.Show(defaults) is { } value ? $"`{value}`" : "null", row.Split('|')[3].Trim());
        }
    }

    [Theory]
    [InlineData("")]
    [InlineData("# nothing\n")]
    [InlineData("---\n...\n")]
    [InlineData("null\n")]
    [InlineData("socket:\nlog: ~\n")]
    public void A_file_that_says_nothing_changes_nothing(string text) => Assert.Equal(new DaemonSettings(), Parse(text));

    [Fact]
    public void Values_are_read_in_their_forms()
    {
        DaemonSettings read = Parse("address: unix:///run/x.sock\nroot: /srv/../srv/store/\nsocket: {mode: 0660, gid: 5}\nstop-timeout: 2m\nmetrics: unix:/run/m.sock\n");

        Assert.Equal("/run/x.sock", read.Address);
        Assert.Equal("/srv/store", read.Root);
        Assert.Equal((UnixFileMode)0b110_110_000, read.SocketMode);
        Assert.Equal(5u, read.SocketGroup);
        Assert.Equal(TimeSpan.FromMinutes(2), read.StopTimeout);
        Assert.Equal("/run/m.sock", read.Metrics?.Path);
    }

    [Theory]
    [InlineData("adress: /run/x\n", "c.yaml:1:1: there is no setting \"adress\"")]
    [InlineData("log:\n  levle: debug\n", "c.yaml:2:3: there is no setting \"log.levle\"")]
    [InlineData("log.level: debug\n", "c.yaml:1:1: there is no setting \"log.level\"")]
    [InlineData("owner: a\nroot: /a\nowner: b\n", "c.yaml:3:1: \"owner\" is there twice")]
    [InlineData("log: {level: info}\nlog: {format: json}\n", "c.yaml:2:1: \"log\" is there twice")]
    [InlineData("owner: [a, b]\n", "c.yaml:1:8: \"owner\" should be a single value, not a list")]
    [InlineData("log: debug\n", "c.yaml:1:6: \"log\" should be a mapping (NAME: VALUE), not a single value")]
    [InlineData("- owner\n", "c.yaml:1:1: the file should be a mapping (NAME: VALUE), not a list")]
    [InlineData("owner:\n", "\"owner\" has no value")]
    [InlineData("owner: Containerd\n", "c.yaml:1:8: \"owner\": \"Containerd\" is not an owner")]
    [InlineData("owner: cli\n", "the command line's own owner")]
    [InlineData("address: run/x.sock\n", "c.yaml:1:10: \"address\": \"run/x.sock\" is not an absolute path")]
    [InlineData("socket:\n  mode: 0888\n", "c.yaml:2:9: \"socket.mode\": \"0888\" is not a mode such as 0600 or 0660")]
    [InlineData("socket: {mode: 4755}\n", "is not a mode")]
    [InlineData("socket: {uid: -1}\n", "is not the number of a user or group")]
    [InlineData("stop-timeout: 10\n", "is not a time such as")]
    [InlineData("metrics: 9323\n", "is not an address such as 127.0.0.1:9323")]
    [InlineData("metrics: localhost:9323\n", "is not an address such as 127.0.0.1:9323")]
    [InlineData("metrics: 127.0.0.1:99999\n", "is not an address such as 127.0.0.1:9323")]
    [InlineData("metrics: true\n", "is not an address such as 127.0.0.1:9323")]
    [InlineData("log: {level: verbose}\n", "is not one of debug, info, warning, error")]
    [InlineData("driver: btrfs\n", "is not one of overlay, erofs, native")]
    [InlineData("traces: {endpoint: 'ftp://x'}\n", "is not an address such as http://")]
    [InlineData("remap-ids: yes\n", "is not one of true, false")]
    [InlineData("traces: {ratio: 1.5}\n", "is not a number from 0 to 1")]
    [InlineData("owner: &x a\n", "tags and anchors are not used here")]
    [InlineData("owner: !!str a\n", "tags and anchors are not used here")]
    [InlineData("owner: a\n---\nowner: b\n", "a second document")]
    [InlineData("owner: a\n\troot: /b\n", "this is not YAML")]
    [InlineData("owner: \"a\n", "this is not YAML")]
    [InlineData("? [a]\n: b\n", "a name should be a text, not a list")]
    [InlineData("owner: *x\n", "should be a single value, not an alias")]
    public void What_is_wrong_is_refused_with_its_place(string text, string expected)
    {
        LayerStoreException error = Assert.Throws<LayerStoreException>(() => Parse(text));

        Assert.Equal(ErrorKind.InvalidArgument, error.Kind);
        Assert.StartsWith("c.yaml:", error.Message, StringComparison.Ordinal);
        Assert.Contains(expected, error.Message, StringComparison.Ordinal);
        Assert.Contains("config default", error.Hint, StringComparison.Ordinal);
    }

    [Fact]
    public void A_socket_path_that_the_kernel_does_not_take_is_refused() =>
        Assert.Contains("longer than 107 bytes", Assert.Throws<LayerStoreException>(() => Parse($"address: /{new string('x', 107)}\n")).Message, StringComparison.Ordinal);

    [Fact]
    public void Text_that_is_not_UTF8_and_files_that_are_huge_are_refused()
    {
        using TempDirectory temp = new();
        File.WriteAllBytes(temp["latin1"], [.. "owner: "u8, 0xe9, .. "\n"u8]);
        File.WriteAllText(temp["huge"], new string('#', 70_000));

        Assert.Contains("is not UTF-8", Refused(temp["latin1"]).Message, StringComparison.Ordinal);
        Assert.Contains("longer than 65536 bytes", Refused(temp["huge"]).Message, StringComparison.Ordinal);

        static LayerStoreException Refused(string path) => Assert.Throws<LayerStoreException>(() => ConfigFile.Read(path, mustExist: true, new DaemonSettings()));
    }

    [Fact]
    public void A_missing_file_is_an_error_only_where_it_was_asked_for()
    {
        using TempDirectory temp = new();

        Assert.Equal(new DaemonSettings(), ConfigFile.Read(temp["none"], mustExist: false, new DaemonSettings()));
        Assert.Equal(ErrorKind.NotFound, Assert.Throws<LayerStoreException>(() => ConfigFile.Read(temp["none"], mustExist: true, new DaemonSettings())).Kind);
    }

    /// <summary>Whatever is in the file, it is read or refused: never another error, and not without end.</summary>
    [Fact]
    public void Any_text_is_read_or_refused()
    {
        string[] pieces =
        [
            "owner", "log", "socket", "level", ":", ": ", "\n", "  ", "\t", "-", "- ", "{", "}", "[", "]", ",", "\"", "'", "#", "&a", "*a", "!", "|", ">", "?", "---", "...", "%YAML 1.2\n",
            "null", "~", "0600", "é", "\0", "\u2028", "@", "`", "\\", "<<",
        ];
        Prop.ForAll(
            Gen.Elements(pieces).ListOf().ToArbitrary(),
            words =>
            {
                try
                {
                    Parse(string.Concat(words));
                }
                catch (LayerStoreException e)
                {
                    Assert.Equal(ErrorKind.InvalidArgument, e.Kind);
                }
            }).Check(Config.QuickThrowOnFailure.WithMaxTest(2000));
    }

    private static DaemonSettings Parse(string text) => ConfigFile.Parse("c.yaml", Encoding.UTF8.GetBytes(text), new DaemonSettings());
}
