using System.Text.RegularExpressions;

namespace Interop.Tests.Readme;

public sealed partial class ReadmeTests
{
    [SkippableFact]
    public async Task The_sample_runs()
    {
        Tools.RequireRoot();
        using var directory = new TempDirectory();
        var target = directory["mounted"];

        await Sample.RunAsync(directory["store"], TestData.Layout, target, directory["exported"]);

        Assert.Empty(MountTable.Under(target));
        Tools.Require("umoci");
        ProcessRunner.Run("umoci", "unpack", "--image", directory["exported"] + ":changed", directory["bundle"]);
        Assert.Equal("hello\n", File.ReadAllText(directory["bundle/rootfs/etc/motd"]));
    }

    [Fact]
    public void The_readme_shows_the_sample_as_it_is_compiled()
    {
        var source = File.ReadAllText(Repository.PathOf("tests/Interop.Tests/Readme/Sample.cs"));
        var compiled = Regex.Replace(Marked().Match(source).Groups[1].Value, "^ {8}", "", RegexOptions.Multiline).Trim();

        Assert.Equal(compiled, CodeBlock().Match(File.ReadAllText(Repository.PathOf("README.md"))).Groups[1].Value.Trim());
    }

    [Fact]
    public void The_readme_names_the_two_commands_and_continuous_integration_runs_its_test_command()
    {
        var readme = File.ReadAllText(Repository.PathOf("README.md"));

        Assert.Equal(["make demo", "make test"], Shell().Matches(readme).SelectMany(block => Command().Matches(block.Groups[1].Value)).Select(line => line.Value.Trim()));
        Assert.Matches(@"(?m)^make (--\S+ )*test\b", File.ReadAllText(Repository.PathOf(".ci/run")));
    }

    [GeneratedRegex(@"// <readme>\n([\s\S]*?)\n\s*// </readme>")]
    private static partial Regex Marked();

    [GeneratedRegex(@"```csharp\n([\s\S]*?)```")]
    private static partial Regex CodeBlock();

    [GeneratedRegex(@"```sh\n([\s\S]*?)```")]
    private static partial Regex Shell();

    [GeneratedRegex(@"^make [a-z]+ *(?=#|$)", RegexOptions.Multiline)]
    private static partial Regex Command();
}
