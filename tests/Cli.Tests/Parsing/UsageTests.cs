using Cli.Tests.Support;

namespace Cli.Tests.Parsing;

/// <summary>Usage errors end with 64, a line and a hint on standard error, and nothing on standard output.</summary>
public sealed class UsageTests
{
    [Theory]
    [InlineData("", "no command was given", "Usage: layerstore COMMAND [options]")]
    [InlineData("snapshot", "no command was given", "Usage: layerstore snapshot COMMAND [options]")]
    [InlineData("pull", "SOURCE is missing", "Usage: layerstore pull SOURCE [options]")]
    [InlineData("mount a", "TARGET is missing", "Usage: layerstore mount NAME TARGET [options]")]
    [InlineData("rmi", "NAME is missing", "Usage: layerstore rmi NAME...")]
    [InlineData("tag a b c", "unexpected argument \"c\"", "Usage: layerstore tag NAME NEW")]
    [InlineData("images --format xml", "option --format is table, json or jsonl, not \"xml\"", "Usage: layerstore images [options]")]
    [InlineData("pull oci:x --max-ratio 0", "option --max-ratio is a number such as 500, 64M or 10GiB, not \"0\"", "Usage: ")]
    [InlineData("pull oci:x --platform a/b/c/d", "\"a/b/c/d\" is not a platform", "linux/arm64")]
    [InlineData("--driver btrfs images", "option --driver is overlay, erofs or native, not \"btrfs\"", "Usage: ")]
    [InlineData("--root= images", "option --root is empty", "Give the store's directory.")]
    [InlineData("content cat sha256:12", "\"sha256:12\" is not a digest", "--no-trunc")]
    [InlineData("lease create a --label b", "\"b\" is not a label", "NAME=VALUE")]
    [InlineData("lease create a --expires soon", "option --expires is a time such as 90s, 30m, 24h or 7d, not \"soon\"", "Usage: ")]
    [InlineData("snapshot ls --filter kind==", "kind==", "hint: ")]
    [InlineData("diff k --summary -o f", "--output is for a layer", "Usage: layerstore diff KEY [options]")]
    [InlineData("diff k -q -o f", "--quiet", "Usage: layerstore diff KEY [options]")]
    [InlineData("inspect a --raw layers", "option --raw is manifest, config or target, not \"layers\"", "Usage: ")]
    [InlineData("pull docker://busybox", "not in this version", "oci:DIR[:TAG]")]
    [InlineData("pull docker-daemon:busybox", "not in this version", "oci:DIR[:TAG]")]
    [InlineData("pull busybox", "\"busybox\" is a name", "oci:DIR[:TAG]")]
    [InlineData("push busybox other", "\"other\" is a name", "oci:DIR[:TAG]")]
    [InlineData("pull oci:x --name a//b", "\"a//b\" is not a name for an image", "busybox:1.36")]
    [InlineData("unpack busybox d --platform linux/arm64", "--platform is for a SOURCE", "Pull it again")]
    [InlineData("layer apply d --parents a:b", "--parents is for --overlay", "Usage: layerstore layer apply DIR [options]")]
    [InlineData("pull oci:", "has no path (path=\"\", tag=\"\")", "oci:PATH[:TAG]")]
    [InlineData("pull oci::b", "has no path (path=\"\", tag=\"b\")", "oci:PATH[:TAG]")]
    public async Task A_usage_error_names_what_is_wrong_and_what_is_right(string arguments, string error, string hint)
    {
        CliResult result = await CommandRun.RunAsync(arguments.Split(' ', StringSplitOptions.RemoveEmptyEntries));
        result.ExpectError(64, error, hint);
        Assert.Empty(result.Output);
        string[] lines = result.Error.TrimEnd('\n').Split('\n');
        Assert.Equal(2, lines.Length);
        Assert.StartsWith("error: ", lines[0], StringComparison.Ordinal);
        Assert.StartsWith("hint: ", lines[1], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--help")]
    [InlineData("-h")]
    [InlineData("-?")]
    [InlineData("pull --help")]
    [InlineData("mount --key k -h")]
    [InlineData("snapshot --help")]
    public async Task Help_is_a_result(string arguments)
    {
        CliResult result = (await CommandRun.RunAsync(arguments.Split(' '))).Expect();
        Assert.StartsWith("Usage: layerstore ", result.Output, StringComparison.Ordinal);
        Assert.Empty(result.Error);
    }

    [Theory]
    [InlineData("version")]
    [InlineData("--version")]
    public async Task The_version_is_a_line(string argument) =>
        Assert.Matches(@"^layerstore \d+\.\d+\.\d+\n$", (await CommandRun.RunAsync(argument)).Expect().Output);

    [Fact]
    public async Task What_a_user_typed_cannot_control_the_terminal()
    {
        CliResult result = await CommandRun.RunAsync("\e[2Jx\u202e");
        result.ExpectError(64, "\\x1b[2Jx\\u202e");
        Assert.DoesNotContain('\e', result.Error);
    }
}
