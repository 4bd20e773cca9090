using Cli.Tests.Support;

namespace Cli.Tests.Parsing;

/// <summary>SOURCE_DATE_EPOCH is whole seconds since 1970 (https://reproducible-builds.org/specs/source-date-epoch/); all else is a mistake that is said.</summary>
public sealed class SourceDateTests
{
    [Theory]
    [InlineData("yesterday")]
    [InlineData("-1")]
    [InlineData("+1")]
    [InlineData("1.5")]
    [InlineData("1e9")]
    [InlineData("0x10")]
    [InlineData(" 5")]
    [InlineData("5 ")]
    [InlineData("1,000")]
    [InlineData("٣")]
    [InlineData("253402300800")]
    [InlineData("99999999999999999999")]
    public async Task What_is_no_time_is_a_usage_error_of_every_command_that_heeds_it(string value)
    {
        using TestStore store = new();
        CommandRun run = new() { Variables = new Dictionary<string, string> { ["SOURCE_DATE_EPOCH"] = value } };
        string directory = store.Temp.CreateDirectory("directory");

        (await run.InvokeAsync("--root", store.Root, "commit", "key", "name")).ExpectError(64, "SOURCE_DATE_EPOCH");
        (await run.InvokeAsync("--root", store.Root, "diff", "key")).ExpectError(64, "SOURCE_DATE_EPOCH");
        (await run.InvokeAsync("layer", "diff", directory, directory)).ExpectError(64, "SOURCE_DATE_EPOCH");
    }

    [Theory]
    [InlineData("")]
    [InlineData("0")]
    [InlineData("00012")]
    [InlineData("253402300799")]
    public async Task What_is_a_time_or_empty_is_taken(string value)
    {
        using TestStore store = new();
        CommandRun run = new() { Variables = new Dictionary<string, string> { ["SOURCE_DATE_EPOCH"] = value } };
        string directory = store.Temp.CreateDirectory("directory");

        Assert.Equal(1024, (await run.InvokeAsync("layer", "diff", directory, directory)).Expect().OutputBytes.Length);
    }
}
