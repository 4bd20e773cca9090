namespace LayerStore.Cli.Parsing;

/// <summary>The text of <c>--help</c>.</summary>
internal static class HelpText
{
    private const int Width = 100;

    /// <summary>Writes the help of a command.</summary>
    public static void Write(Command command, TextWriter output)
    {
        output.WriteLine($"Usage: {Usage(command)}");
        output.WriteLine();
        output.WriteLine(command.Description);
        WriteSection(output, "Arguments", command.Arguments.Select(argument => (argument.Name, argument.Description)));
        WriteSection(output, "Commands", command.Commands.Select(child => (child.Name, child.Description)));
        bool isRoot = command.Parent is null;
        WriteSection(output, "Options", command.Options.Where(option => isRoot || !option.IsGlobal).Select(Describe));
        if (isRoot)
        {
            return;
        }

        output.WriteLine();
        output.WriteLine($"Every command also has: {string.Join(' ', Root(command).Options.Select(option => Label(option)))}");
    }

    /// <summary>The first line of help: how to call a command.</summary>
    public static string Usage(Command command)
    {
        List<string> words = [command.FullName];
        words.AddRange(command.Arguments.Select(Operand));
        if (command.Commands.Count > 0)
        {
            words.Add("COMMAND");
        }

        if (command.Commands.Count > 0 || command.Options.Count > 0)
        {
            words.Add("[options]");
        }

        return string.Join(' ', words);
    }

    private static string Operand(Argument argument)
    {
        string name = argument.IsRepeated ? argument.Name + "..." : argument.Name;
        return argument.IsOptional ? $"[{name}]" : name;
    }

    private static Command Root(Command command) => command.Parent is { } parent ? Root(parent) : command;

    private static (string Label, string Text) Describe(Option option) =>
        (string.Join(", ", option.Aliases.Order(StringComparer.Ordinal).Append(Label(option))), option.Description);

    private static string Label(Option option) =>
        option.ValueName is null ? option.Name : $"{option.Name} {option.ValueName}";

    private static void WriteSection(TextWriter output, string title, IEnumerable<(string Label, string Text)> rows)
    {
        (string Label, string Text)[] all = [.. rows];
        if (all.Length == 0)
        {
            return;
        }

        output.WriteLine();
        output.WriteLine($"{title}:");
        int column = all.Max(row => row.Label.Length) + 4;
        foreach ((string label, string text) in all)
        {
            string line = ("  " + label).PadRight(column);
            foreach (string word in text.Split(' '))
            {
                if (line.Length + 1 + word.Length > Width && line.Length > column)
                {
                    output.WriteLine(line);
                    line = new string(' ', column);
                }

                line += line.Length == column ? word : " " + word;
            }

            output.WriteLine(line);
        }
    }
}
