using System.Globalization;

namespace LayerStore.Cli.Parsing;

/// <summary>Makes options and operands of the few kinds that there are.</summary>
internal static class Choices
{
    /// <summary>An option without a value.</summary>
    public static Option<bool> Flag(string name, string description, params string[] aliases) =>
        new(name, description, static (_, _) => true, false, aliases);

    /// <summary>An option with any text as its value.</summary>
    public static Option<string?> Text(string name, string valueName, string description, params string[] aliases) =>
        new(name, description, static (texts, _) => texts[^1], null, aliases) { ValueName = valueName };

    /// <summary>An option whose value is one of a few words; the first is the default.</summary>
    public static Option<T> Option<T>(string name, string description, params (string Word, T Value)[] choices) =>
        Option(name, name[2..].ToUpperInvariant(), description, choices[0].Value, choices);

    /// <summary>An option whose value is one of a few words.</summary>
    public static Option<T> Option<T>(string name, string valueName, string description, T @default, (string Word, T Value)[] choices, bool isGlobal = false) =>
        new(name, description, (texts, fail) => Choose(name, texts[^1], choices, fail), @default) { ValueName = valueName, IsGlobal = isGlobal };

    /// <summary>An option whose value is a number of bytes or of things.</summary>
    public static Option<long?> Number(string name, string valueName, string description) => new(
        name,
        description,
        (texts, fail) => ByteSize.TryParse(texts[^1], out long number) && number > 0
            ? number
            : throw fail($"option {name} is a number such as 500, 64M or 10GiB, not \"{Printable.Text(texts[^1])}\""),
        null)
    {
        ValueName = valueName,
    };

    /// <summary>An option whose value is a length of time.</summary>
    public static Option<TimeSpan?> Duration(string name, string description) => new(
        name,
        description,
        (texts, fail) => ReadDuration(texts[^1]) ?? throw fail($"option {name} is a time such as 90s, 30m, 24h or 7d, not \"{Printable.Text(texts[^1])}\""),
        null)
    {
        ValueName = "TIME",
    };

    /// <summary>An option that may be given several times.</summary>
    public static Option<string[]> Repeated(string name, string valueName, string description) =>
        new(name, description, static (texts, _) => [.. texts], []) { ValueName = valueName, IsRepeated = true };

    /// <summary>The labels of something new.</summary>
    public static Option<string[]> Labels() => Repeated("--label", "NAME=VALUE", "A label; may be given several times");

    /// <summary>An operand that must be there.</summary>
    public static Argument<string> Operand(string name, string description) => new(name, description, static texts => texts[0]);

    /// <summary>One or more operands.</summary>
    public static Argument<string[]> Operands(string name, string description) => new(name, description, static texts => [.. texts], isRepeated: true);

    /// <summary>An operand that may be missing.</summary>
    public static Argument<string?> OptionalOperand(string name, string description) =>
        new(name, description, static texts => texts.Count > 0 ? texts[0] : null, isOptional: true);

    /// <summary>Any number of operands.</summary>
    public static Argument<string[]> OptionalOperands(string name, string description) =>
        new(name, description, static texts => [.. texts], isOptional: true, isRepeated: true);

    private static T Choose<T>(string name, string word, (string Word, T Value)[] choices, Func<string, LayerStoreException> fail)
    {
        foreach ((string known, T value) in choices)
        {
            if (known == word)
            {
                return value;
            }
        }

        string words = string.Join(", ", choices[..^1].Select(choice => choice.Word)) + " or " + choices[^1].Word;
        throw fail($"option {name} is {words}, not \"{Printable.Text(word)}\"");
    }

    private static TimeSpan? ReadDuration(string text)
    {
        int seconds = text.Length < 2 ? 0 : text[^1] switch { 's' => 1, 'm' => 60, 'h' => 3600, 'd' => 86400, _ => 0 };
        return seconds > 0 && int.TryParse(text[..^1], NumberStyles.None, CultureInfo.InvariantCulture, out int count) && count is > 0 and <= 100_000
            ? TimeSpan.FromSeconds((long)count * seconds)
            : null;
    }
}
