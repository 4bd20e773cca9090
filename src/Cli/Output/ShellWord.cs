namespace LayerStore.Cli.Output;

/// <summary>Words as a POSIX shell reads them.</summary>
internal static class ShellWord
{
    /// <summary>The word, in single quotes unless it needs none.</summary>
    public static string Quote(string word) =>
        word.Length > 0 && word.All(IsPlain) ? word : $"'{word.Replace("'", "'\\''", StringComparison.Ordinal)}'";

    private static bool IsPlain(char c) => char.IsAsciiLetterOrDigit(c) || c is '_' or '-' or '.' or '/' or ':' or '=' or ',' or '+' or '@' or '%';
}
