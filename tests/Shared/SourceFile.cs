using System.Text.RegularExpressions;

namespace TestSupport;

/// <summary>A C# file of this repository, for the tests that hold rules about the source text.</summary>
internal sealed partial record SourceFile(string Path, string Text)
{
    /// <summary>All C# files below a directory of the repository, without what the build generates.</summary>
    public static IReadOnlyList<SourceFile> Under(string directory) =>
        [.. Directory.EnumerateFiles(Repository.PathOf(directory), "*.cs", SearchOption.AllDirectories)
            .Select(file => System.IO.Path.GetRelativePath(Repository.Root, file))
            .Where(file => !file.Contains("/obj/", StringComparison.Ordinal) && !file.Contains("/bin/", StringComparison.Ordinal))
            .Order(StringComparer.Ordinal)
            .Select(file => new SourceFile(file, File.ReadAllText(Repository.PathOf(file))))];

    /// <summary>The text without comments of its own line, so that documentation may name what code may not.</summary>
    public string Code { get; } = CommentLine().Replace(Text, "");

    /// <summary>The namespace that the file declares, or the empty string.</summary>
    public string Namespace { get; } = NamespaceLine().Match(Text).Groups[1].Value;

    /// <summary>The number of lines.</summary>
    public int Lines => Text.Count(c => c == '\n');

    /// <inheritdoc/>
    public override string ToString() => Path;

    [GeneratedRegex(@"^\s*//.*$", RegexOptions.Multiline)]
    private static partial Regex CommentLine();

    [GeneratedRegex(@"^namespace ([\w.]+);", RegexOptions.Multiline)]
    private static partial Regex NamespaceLine();
}
