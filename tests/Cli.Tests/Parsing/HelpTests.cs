using System.Text;
using Cli.Tests.Support;
using LayerStore.Cli.Commands;
using LayerStore.Cli.Parsing;

namespace Cli.Tests.Parsing;

public sealed class HelpTests
{
    [Fact]
    public void The_help_of_every_command_is_as_agreed()
    {
        StringBuilder all = new();
        foreach (Command command in Commands())
        {
            using StringWriter text = new() { NewLine = "\n" };
            HelpText.Write(command, text);
            all.Append("$ ").Append(command.FullName).Append(" --help\n").Append(text).Append('\n');
        }

        GoldenFile.Verify("help.txt", all.ToString());
    }

    [Fact]
    public void Every_command_and_option_is_described_in_a_line_without_a_full_stop_or_control_characters()
    {
        foreach (Command command in Commands().Skip(1))
        {
            Assert.All(
                command.Options.Select(option => option.Description).Concat(command.Arguments.Select(argument => argument.Description)).Append(command.Description),
                description =>
                {
                    Assert.False(string.IsNullOrEmpty(description), command.Name);
                    Assert.False(description.EndsWith('.'), description);
                    Assert.DoesNotContain(description, char.IsControl);
                });
        }
    }

    [Fact]
    public void Every_command_has_its_place_in_the_manual()
    {
        string manual = File.ReadAllText(Repository.PathOf("docs/cli.md"));
        foreach (Command command in Commands().Where(command => command is CliCommand))
        {
            string name = command.FullName["layerstore ".Length..];
            Assert.Contains($"`{name}", manual, StringComparison.Ordinal);
            Assert.All(command.Options.Where(option => !option.IsGlobal), option => Assert.Contains(option.Name, manual, StringComparison.Ordinal));
        }
    }

    private static IEnumerable<Command> Commands()
    {
        Command root = CommandTree.Build(new GlobalOptions());
        return root.Commands.SelectMany(command => command.Commands.Prepend(command)).Prepend(root);
    }
}
