using System.Text;
using LayerStore.Oci;

namespace LayerStore.Tests.Oci;

public sealed class ImageConfigTests
{
    private const string A = "sha256:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";
    private const string B = "sha256:bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb";

    private static ImageConfig Parse(string json) => ImageConfig.Parse(Encoding.UTF8.GetBytes(json));

    [Fact]
    public void Everything_that_a_run_needs_is_read()
    {
        ImageConfig config = Parse($$"""
            {"created":"2024-05-06T07:08:09.123456789Z","author":"me","architecture":"arm64","os":"linux","variant":"v8",
             "config":{"User":"1000:50","Env":["PATH=/bin","A=b=c"],"Entrypoint":["/init"],"Cmd":null,"WorkingDir":"/work","Labels":{"k":"v"},
                       "ExposedPorts":{"80/tcp":{} },"Volumes":{"/data":{} },"StopSignal":"SIGINT","Healthcheck":{"Test":["NONE"]} },
             "rootfs":{"type":"layers","diff_ids":["{{A}}","{{B}}"]},
             "history":[{"created":"2024-05-06T07:08:09Z","created_by":"ADD x"},{"created_by":"ENV A","empty_layer":true},{"comment":"c"}]}
            """);
        Assert.Equal(new DateTimeOffset(2024, 5, 6, 7, 8, 9, TimeSpan.Zero).AddTicks(1234567).Ticks, config.Created!.Value.Ticks, 1.0);
        Assert.Equal("me", config.Author);
        Assert.Equal(new Platform("linux", "arm64", "v8"), config.Platform);
        Assert.Equal("1000:50", config.Runtime.User);
        Assert.Equal(["PATH=/bin", "A=b=c"], config.Runtime.Env);
        Assert.Equal(["/init"], config.Runtime.Entrypoint);
        Assert.Null(config.Runtime.Cmd);
        Assert.Equal("/work", config.Runtime.WorkingDir);
        Assert.Equal("v", config.Runtime.Labels["k"]);
        Assert.Equal(["80/tcp"], config.Runtime.ExposedPorts);
        Assert.Equal(["/data"], config.Runtime.Volumes);
        Assert.Equal("SIGINT", config.Runtime.StopSignal);
        Assert.Equal([A, B], config.DiffIds.Select(digest => digest.ToString()));
        Assert.Equal(3, config.History.Count);
        Assert.True(config.History[1].EmptyLayer);
        Assert.Empty(config.Warnings);
    }

    [Fact]
    public void Almost_everything_may_be_absent_or_null()
    {
        ImageConfig config = Parse("""{"created":null,"config":null,"history":null,"rootfs":{"type":"layers","diff_ids":null}}""");
        Assert.Null(config.Created);
        Assert.Null(config.Platform);
        Assert.Empty(config.DiffIds);
        Assert.Empty(config.Runtime.Env);
    }

    [Fact]
    public void A_command_may_be_one_text() =>
        Assert.Equal(["/bin/sh"], Parse("""{"config":{"Cmd":"/bin/sh"},"rootfs":{"type":"layers"}}""").Runtime.Cmd);

    [Fact]
    public void A_history_of_another_length_is_a_warning() =>
        Assert.Single(Parse($$"""{"rootfs":{"type":"layers","diff_ids":["{{A}}"]},"history":[{},{}]}""").Warnings);

    [Fact]
    public void A_time_that_is_none_is_no_reason_to_refuse_an_image() =>
        Assert.Null(Parse("""{"created":"yesterday","rootfs":{"type":"layers"}}""").Created);

    [Theory]
    [InlineData("""{}""", "no rootfs")]
    [InlineData("""{"rootfs":{}}""", "no type")]
    [InlineData("""{"rootfs":{"type":"tarball","diff_ids":[]}}""", "\"tarball\", not \"layers\"")]
    [InlineData("""{"rootfs":{"type":"layers","diff_ids":["sha256:x"]}}""", "diffID")]
    [InlineData("""{"rootfs":{"type":"layers","diff_ids":"A"}}""", "diff_ids")]
    [InlineData("""{"rootfs":{"type":"layers"},"RootFS":{"type":"layers"}}""", "in case only")]
    [InlineData("""{"rootfs":{"type":"layers"},"rootfs":{"type":"layers"}}""", "is not valid JSON")]
    [InlineData("""{"rootfs":{"type":"layers"},"config":{"Env":["A"],"env":["B"]}}""", "in case only")]
    [InlineData("""{"rootfs":{"type":"layers"},"config":{"Env":[1]}}""", "Env")]
    [InlineData("""{"rootfs":{"type":"layers"},"config":[]}""", "not a JSON object")]
    [InlineData("""{"rootfs":{"type":"layers"},"history":[{"empty_layer":"yes"}]}""", "empty_layer")]
    public void A_config_that_could_be_misread_is_refused(string json, string says) =>
        Refused.As(ErrorKind.DataLoss, says, () => Parse(json));
}
