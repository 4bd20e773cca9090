using System.Text.RegularExpressions;
using Cli.Tests.Support;
using LayerStore;
using LayerStore.Cli.Parsing;

namespace Cli.Tests.Architecture;

/// <summary>docs/limits.md is the one list of the limits and their defaults; it must not fall behind the code.</summary>
public sealed partial class LimitsDocumentTests
{
    [Fact]
    public void The_table_is_that_of_the_code() => Assert.Equal(
        Limit.All.Select(limit => $"| `{limit.Name}` | `{limit.Option}` | {LayerFlags.Show(limit)} | {limit.Meaning} |"),
        Row().Matches(File.ReadAllText(Repository.PathOf("docs/limits.md"))).Select(match => match.Value));

    [Fact]
    public void Every_limit_of_the_library_is_in_the_list()
    {
        IEnumerable<string> properties = new[] { typeof(Limits), typeof(LayerStore.Tar.TarLimits), typeof(LayerStore.Compression.DecompressionLimits), typeof(LayerStore.Oci.DocumentLimits) }
            .SelectMany(type => type.GetProperties())
            .Select(property => property.Name)
            .Where(name => name.StartsWith("Max", StringComparison.Ordinal) && name != "MaxBytes");

        Assert.Equal(properties.Order(), Limit.All.Select(limit => limit.Name).Order());
    }

    [Fact]
    public void Each_limit_is_set_by_its_own_value()
    {
        foreach (Limit limit in Limit.All)
        {
            Limits changed = limit.Set(Limits.Default, 77);

            Assert.Equal(77, limit.Get(changed));
            Assert.All(Limit.All.Where(other => other != limit), other => Assert.Equal(other.Default, other.Get(changed)));
            Assert.Contains(limit.Option, Limit.Hint(limit.Name), StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("pull")]
    [InlineData("unpack")]
    [InlineData("layer", "apply")]
    public async Task Commands_that_take_images_have_all_options(params string[] command)
    {
        CliResult help = (await CommandRun.RunAsync([.. command, "--help"])).Expect();

        Assert.All(Limit.All, limit => Assert.Contains(limit.Option, help.Output, StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_limit_is_not_set_above_its_ceiling()
    {
        CliResult result = await CommandRun.RunAsync("unpack", "oci:none", "none", "--max-json-size", "17M");

        Assert.Equal(64, result.ExitCode);
        Assert.Contains("--max-json-size", result.Error, StringComparison.Ordinal);
    }

    [GeneratedRegex(@"^\| `Max.*\|$", RegexOptions.Multiline)]
    private static partial Regex Row();
}
