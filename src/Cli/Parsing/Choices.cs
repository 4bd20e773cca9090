using System.CommandLine;
using System.Globalization;

namespace LayerStore.Cli.Parsing;

/// <summary>Makes options of the few kinds that there are.</summary>
internal static class Choices
{
    /// <summary>An option without a value.</summary>
    public static Option<bool> Flag(string name, string description, params string[] aliases) =>
        new(name, aliases) { Description = description, Arity = ArgumentArity.Zero };

    /// <summary>An option with any text as its value.</summary>
    public static Option<string?> Text(string name, string valueName, string description, params string[] aliases) =>
        new(name, aliases) { Description = description, HelpName = valueName, Arity = ArgumentArity.ExactlyOne };

    /// <summary>An option whose value is one of a few words; the first is the default.</summary>
    public static Option<T> Option<T>(string name, string description, params (string Word, T Value)[] choices) => new(name)
    {
        Description = description,
        HelpName = name[2..].ToUpperInvariant(),
        Arity = ArgumentArity.ExactlyOne,
        DefaultValueFactory = _ => choices[0].Value,
        CustomParser = result =>
        {
            string word = result.Tokens[^1].Value;
            foreach ((string known, T value) in choices)
            {
                if (known == word)
                {
                    return value;
                }
            }

            string words = string.Join(", ", choices[..^1].Select(choice => choice.Word)) + " or " + choices[^1].Word;
            result.AddError($"option {name} is {words}, not \"{Printable.Text(word)}\"");
            return choices[0].Value;
        },
    };

    /// <summary>An option whose value is a number of bytes or of things.</summary>
    public static Option<long?> Number(string name, string valueName, string description) => new(name)
    {
        Description = description,
        HelpName = valueName,
        Arity = ArgumentArity.ExactlyOne,
        CustomParser = result =>
        {
            if (ByteSize.TryParse(result.Tokens[^1].Value, out long number) && number > 0)
            {
                return number;
            }

            result.AddError($"option {name} is a number such as 500, 64M or 10GiB, not \"{Printable.Text(result.Tokens[^1].Value)}\"");
            return null;
        },
    };

    /// <summary>An operand that must be there.</summary>
    public static Argument<string> Operand(string name, string description) =>
        new(name) { Description = description, Arity = ArgumentArity.ExactlyOne };

    /// <summary>One or more operands.</summary>
    public static Argument<string[]> Operands(string name, string description) =>
        new(name) { Description = description, Arity = ArgumentArity.OneOrMore };

    /// <summary>An operand that may be missing.</summary>
    public static Argument<string?> OptionalOperand(string name, string description) =>
        new(name) { Description = description, Arity = ArgumentArity.ZeroOrOne };

    /// <summary>Any number of operands.</summary>
    public static Argument<string[]> OptionalOperands(string name, string description) =>
        new(name) { Description = description, Arity = ArgumentArity.ZeroOrMore };

    /// <summary>An option that may be given several times.</summary>
    public static Option<string[]> Repeated(string name, string valueName, string description) =>
        new(name) { Description = description, HelpName = valueName, Arity = ArgumentArity.OneOrMore };

    /// <summary>The labels of something new.</summary>
    public static Option<string[]> Labels() => Repeated("--label", "NAME=VALUE", "A label; may be given several times");

    /// <summary>An option whose value is a length of time.</summary>
    public static Option<TimeSpan?> Duration(string name, string description) => new(name)
    {
        Description = description,
        HelpName = "TIME",
        Arity = ArgumentArity.ExactlyOne,
        CustomParser = result =>
        {
            string text = result.Tokens[^1].Value;
            int seconds = text.Length < 2 ? 0 : text[^1] switch { 's' => 1, 'm' => 60, 'h' => 3600, 'd' => 86400, _ => 0 };
            if (seconds > 0 && int.TryParse(text[..^1], NumberStyles.None, CultureInfo.InvariantCulture, out int count) && count is > 0 and <= 100_000)
            {
                return TimeSpan.FromSeconds((long)count * seconds);
            }

            result.AddError($"option {name} is a time such as 90s, 30m, 24h or 7d, not \"{Printable.Text(text)}\"");
            return null;
        },
    };
}
