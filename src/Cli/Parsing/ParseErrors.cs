using System.CommandLine;
using LayerStore.Cli.Commands;

namespace LayerStore.Cli.Parsing;

/// <summary>Says what is wrong with a command line, in this program's words.</summary>
internal static class ParseErrors
{
    /// <summary>Throws for the first thing that is wrong.</summary>
    /// <exception cref="LayerStoreException"><see cref="ErrorKind.InvalidArgument"/>.</exception>
    public static void ThrowIfAny(ParseResult parsed)
    {
        Command command = parsed.CommandResult.Command;
        string? problem = Find(parsed, command);
        if (problem is not null)
        {
            throw new LayerStoreException(ErrorKind.InvalidArgument, problem, $"Usage: {HelpText.Usage(command)}");
        }
    }

    private static string? Find(ParseResult parsed, Command command)
    {
        if (command is not CliCommand)
        {
            return "no command was given";
        }

        foreach (Argument argument in command.Arguments)
        {
            if ((parsed.GetResult(argument)?.Tokens.Count ?? 0) < argument.Arity.MinimumNumberOfValues)
            {
                return $"{argument.Name} is missing";
            }
        }

        return parsed.UnmatchedTokens.Count > 0
            ? $"unexpected argument \"{Printable.Text(parsed.UnmatchedTokens[0])}\""
            : parsed.Errors.Count > 0
            ? parsed.Errors[0].Message
            : null;
    }
}
