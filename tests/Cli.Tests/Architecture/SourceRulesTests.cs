using System.Text.RegularExpressions;

namespace Cli.Tests.Architecture;

/// <summary>Rules about where things are, which the compiler does not check.</summary>
public sealed partial class SourceRulesTests
{
    private static readonly IReadOnlyList<SourceFile> s_sources = SourceFile.Under("src");

    /// <summary>Reviewing what is unsafe means reading these folders and no others.</summary>
    [Fact]
    public void System_calls_are_declared_in_Linux_folders_only() =>
        Rules.AssertKept(s_sources.Where(file => PlatformInvoke().IsMatch(file.Code) && !file.Namespace.EndsWith(".Linux", StringComparison.Ordinal)).Select(file => file.Path));

    /// <summary>The schema and every statement on it change together.</summary>
    [Fact]
    public void Sql_is_in_Metadata_and_Database_folders_only() =>
        Rules.AssertKept(s_sources.Where(file => Sql().IsMatch(file.Code) && !InDatabaseFolder(file)).Select(file => file.Path));

    [Fact]
    public void Sqlite_is_used_in_Metadata_Database_and_Linux_folders_only() =>
        Rules.AssertKept(s_sources.Where(file => UsesSqlite().IsMatch(file.Code) && !InDatabaseFolder(file) && file.Namespace != "LayerStore.Linux").Select(file => file.Path));

    [Fact]
    public void No_file_is_longer_than_400_lines() =>
        Rules.AssertKept(s_sources.Concat(SourceFile.Under("tests"))
            .Where(file => file.Lines > 400)
            .Select(file => $"{file.Path}: {file.Lines}"));

    [Fact]
    public void Nothing_is_left_for_later() =>
        Rules.AssertKept(s_sources.Where(file => LeftForLater().IsMatch(file.Text)).Select(file => file.Path));

    private static bool InDatabaseFolder(SourceFile file) =>
        file.Namespace.Split('.').Any(part => part is "Metadata" or "Database");

    [GeneratedRegex(@"\[(LibraryImport|DllImport)|\bNativeLibrary\.")]
    private static partial Regex PlatformInvoke();

    [GeneratedRegex(@"\b(SELECT\s[\s\S]{1,300}?\sFROM\s|INSERT\s+(OR\s+\w+\s+)?INTO\s|DELETE\s+FROM\s|UPDATE\s+\w+\s+SET\s|CREATE\s+(TABLE|INDEX|UNIQUE)\s|PRAGMA\s)")]
    private static partial Regex Sql();

    [GeneratedRegex(@"using Microsoft\.Data\.Sqlite|\bSqliteRow\b")]
    private static partial Regex UsesSqlite();

    [GeneratedRegex(@"\b(TODO|FIXME|HACK|XXX)\b|NotImplementedException")]
    private static partial Regex LeftForLater();
}
