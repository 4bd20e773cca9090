namespace LayerStore.Cli.Parsing;

/// <summary>Reads arguments by the rules of POSIX and GNU: the command, options before or after it with their values, <c>--</c>, operands.</summary>
/// <remarks>
/// No library for command lines: the one of .NET takes an unknown <c>--option</c> for an operand, lets an option without a value swallow the
/// option that follows and refuses an empty value, so that all was read here before it; and to load it took a tenth of a short command.
/// </remarks>
internal sealed class PosixArguments
{
    private readonly List<Command> _path = [];
    private readonly List<(Option Option, string? Value)> _options = [];
    private readonly List<string> _operands = [];

    private PosixArguments(Command root) => _path.Add(root);

    /// <summary>Reads arguments; the values of options are not looked into.</summary>
    /// <exception cref="LayerStoreException"><see cref="ErrorKind.InvalidArgument"/>: an unknown command or option, or an option without its value.</exception>
    public static ParsedArguments Parse(Command root, IReadOnlyList<string> arguments)
    {
        PosixArguments result = new(root);
        bool optionsEnded = false;
        for (int i = 0; i < arguments.Count; i++)
        {
            string argument = arguments[i];
            if (optionsEnded || argument is "" or "-" || argument[0] != '-')
            {
                result.AddOperand(argument);
            }
            else if (argument == "--")
            {
                optionsEnded = true;
            }
            else if (argument.StartsWith("--", StringComparison.Ordinal))
            {
                i += result.AddLong(argument, Next(arguments, i)) ? 1 : 0;
            }
            else
            {
                i += result.AddShort(argument, Next(arguments, i)) ? 1 : 0;
            }
        }

        return new ParsedArguments(result._path[^1], [.. result._options], result._operands);
    }

    private static string? Next(IReadOnlyList<string> arguments, int index) => index + 1 < arguments.Count ? arguments[index + 1] : null;

    private static bool TakesValue(Option option) => option.ValueName is not null;

    private void AddOperand(string argument)
    {
        Command current = _path[^1];
        if (current.Commands.Count == 0)
        {
            // No name, key, path or digest is empty: most often it is a variable of a script that was not set.
            _operands.Add(argument.Length > 0 ? argument : throw Error("an operand is empty"));
            return;
        }

        Command next = current.Commands.FirstOrDefault(command => command.Name == argument)
            ?? throw Error($"unknown command \"{Printable.Text(argument)}\"");
        _path.Add(next);
    }

    /// <summary>Takes <c>--name</c>, <c>--name=value</c> or <c>--name value</c>; true if the next argument was the value.</summary>
    private bool AddLong(string argument, string? next)
    {
        int equals = argument.IndexOf('=', StringComparison.Ordinal);
        string name = equals < 0 ? argument : argument[..equals];
        Option option = Find(name);
        if (!TakesValue(option) && equals >= 0)
        {
            throw Error($"option {name} takes no value");
        }

        return Add(option, name, equals < 0 ? null : argument[(equals + 1)..], next);
    }

    /// <summary>Takes <c>-q</c>, <c>-ovalue</c>, <c>-o value</c> or several in one; true if the next argument was the value.</summary>
    private bool AddShort(string argument, string? next)
    {
        for (int i = 1; i < argument.Length; i++)
        {
            string name = "-" + argument[i];
            Option option = Find(name);
            if (TakesValue(option))
            {
                return Add(option, name, i + 1 < argument.Length ? argument[(i + 1)..] : null, next);
            }

            Add(option, name, null, null);
        }

        return false;
    }

    private bool Add(Option option, string name, string? value, string? next)
    {
        bool takeNext = value is null && TakesValue(option);
        if (takeNext && (next is null || (next.Length > 1 && next[0] == '-')))
        {
            throw Error(
                $"option {name} has no value",
                next is null || !name.StartsWith("--", StringComparison.Ordinal) ? null : $"A value that begins with a dash is written {name}=VALUE.");
        }

        if (!option.IsRepeated)
        {
            _options.RemoveAll(earlier => earlier.Option == option);
        }

        _options.Add((option, takeNext ? next : value));
        return takeNext;
    }

    private Option Find(string name)
    {
        for (int i = _path.Count - 1; i >= 0; i--)
        {
            foreach (Option option in _path[i].Options)
            {
                if ((option.IsGlobal || i == _path.Count - 1) && (option.Name == name || option.Aliases.Contains(name)))
                {
                    return option;
                }
            }
        }

        throw Error($"unknown option {Printable.Text(name)}", _path.Count == 1 ? "Options of a command stand after the command." : null);
    }

    private LayerStoreException Error(string message, string? hint = null) =>
        new(ErrorKind.InvalidArgument, message, hint ?? $"Run {_path[^1].FullName} --help.");
}
