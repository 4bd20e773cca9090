namespace LayerStore.Cli.Parsing;

/// <summary>A command line that was read: which command, with which options and operands.</summary>
/// <param name="command">The command, or the group where the words ended.</param>
/// <param name="options">The options that were given, in their order, each with its value.</param>
/// <param name="operands">The operands, in their order.</param>
internal sealed class ParsedArguments(Command command, (Option Option, string? Value)[] options, IReadOnlyList<string> operands)
{
    private readonly Dictionary<Option, object?> _values = [];

    /// <summary>The command, or the group where the words ended.</summary>
    public Command Command => command;

    /// <summary>The options that were given, in their order, each with its value.</summary>
    public IReadOnlyList<(Option Option, string? Value)> Options => options;

    /// <summary>The operands, in their order.</summary>
    public IReadOnlyList<string> Operands => operands;

    /// <summary>Whether an option was given.</summary>
    public bool Has(Option option)
    {
        foreach ((Option given, _) in options)
        {
            if (given == option)
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>The value of an option.</summary>
    public T Get<T>(Option<T> option) => _values.TryGetValue(option, out object? value) ? (T)value! : option.Default;

    /// <summary>The value of an operand.</summary>
    public T Get<T>(Argument<T> argument) => argument.Read(TextsOf(argument));

    /// <summary>Reads the values of the options, and throws for the first thing that is wrong with the whole.</summary>
    /// <exception cref="LayerStoreException"><see cref="ErrorKind.InvalidArgument"/>.</exception>
    public void ReadValues()
    {
        if (command.Commands.Count > 0)
        {
            throw Error("no command was given");
        }

        int taken = 0;
        foreach (Argument argument in command.Arguments)
        {
            int count = TextsOf(argument).Count;
            taken += count;
            if (count == 0 && !argument.IsOptional)
            {
                throw Error($"{argument.Name} is missing");
            }
        }

        if (taken < operands.Count)
        {
            throw Error($"unexpected argument \"{Printable.Text(operands[taken])}\"");
        }

        foreach ((Option option, _) in options)
        {
            if (!_values.ContainsKey(option))
            {
                _values.Add(option, option.Read(TextsOf(option), Error));
            }
        }
    }

    private LayerStoreException Error(string message) => new(ErrorKind.InvalidArgument, message, $"Usage: {HelpText.Usage(command)}");

    private List<string> TextsOf(Option option)
    {
        List<string> texts = [];
        foreach ((Option given, string? value) in options)
        {
            if (given == option && value is not null)
            {
                texts.Add(value);
            }
        }

        return texts;
    }

    // Each takes one as long as there are some; one that is repeated is the last.
    private List<string> TextsOf(Argument argument)
    {
        List<string> texts = [];
        int first = 0;
        while (command.Arguments[first] != argument)
        {
            first++;
        }

        for (int i = first; i < operands.Count && (i == first || argument.IsRepeated); i++)
        {
            texts.Add(operands[i]);
        }

        return texts;
    }
}
