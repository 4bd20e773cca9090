namespace LayerStore.Cli.Output;

/// <summary>Lines on standard error, each with what it is in front.</summary>
internal static class Diagnostics
{
    /// <summary>Writes a log line.</summary>
    public static void Write(Host host, LogLevel level, string text) => Write(
        host,
        level switch { LogLevel.Debug => "debug", LogLevel.Info => "info", LogLevel.Warning => "warning", _ => "error" },
        level switch { LogLevel.Warning => 33, LogLevel.Error => 31, _ => 90 },
        text);

    /// <summary>Writes what to do about an error.</summary>
    public static void WriteHint(Host host, string text) => Write(host, "hint", 36, text);

    /// <summary>Writes one line, without control characters of others.</summary>
    /// <param name="host">Where to.</param>
    /// <param name="word">What the line is.</param>
    /// <param name="color">The word's colour on a terminal (ECMA-48 SGR).</param>
    /// <param name="text">The line, untrusted.</param>
    private static void Write(Host host, string word, int color, string text) =>
        host.Error.WriteLine($"{(host.ErrorHasColor ? $"\e[{color}m{word}:\e[0m" : word + ":")} {Printable.Text(text)}");
}
