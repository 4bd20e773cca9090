using System.Text.RegularExpressions;

namespace Cli.Tests.Architecture;

/// <summary>docs/layer-rules.md says which tests show which rule: each statement needs one, and each that is named must exist.</summary>
public sealed partial class LayerRulesDocumentTests
{
    private static readonly string s_document = File.ReadAllText(Repository.PathOf("docs/layer-rules.md"));

    [Fact]
    public void Every_statement_names_what_shows_it() =>
        Rules.AssertKept(Statement().Matches(s_document).Select(match => match.Value).Where(line => !Name().IsMatch(line)));

    [Fact]
    public void Everything_that_is_named_exists()
    {
        HashSet<string> tests = [.. Directory.EnumerateFiles(Repository.PathOf("tests"), "*.cs", SearchOption.AllDirectories).SelectMany(TestsOf)];
        string corpus = Repository.PathOf("testdata/layers");
        string[] named = [.. Name().Matches(s_document).Select(match => match.Groups[1].Value)];

        Assert.NotEmpty(tests);
        Assert.NotEmpty(named);
        Rules.AssertKept(named.Where(name => name.Contains('/', StringComparison.Ordinal)
            ? !File.Exists(Path.Join(corpus, name, "case.json"))
            : !tests.Contains(name)));
    }

    [Fact]
    public void The_rules_of_the_corpus_are_rules_of_the_document()
    {
        string[] rules = [.. Heading().Matches(s_document).Select(match => match.Groups[1].Value)];
        Assert.Equal(rules.Distinct(), rules);
        Rules.AssertKept(Directory.EnumerateFiles(Repository.PathOf("testdata/layers"), "case.json", SearchOption.AllDirectories)
            .Select(file => CorpusRule().Match(File.ReadAllText(file)).Groups[1].Value)
            .Distinct()
            .Where(rule => !rules.Contains(rule)));
    }

    // A class that runs a contract, or spreads over several files, is named like its first file: Name.Part.cs is of Name.
    private static IEnumerable<string> TestsOf(string file)
    {
        string type = Path.GetFileName(file).Split('.')[0];
        string[] methods = [.. Test().Matches(File.ReadAllText(file)).Select(match => $"{type}.{match.Groups[1].Value}")];
        return methods.Length == 0 ? methods : [.. methods, type + ".*"];
    }

    [GeneratedRegex(@"^- .*$", RegexOptions.Multiline)]
    private static partial Regex Statement();

    [GeneratedRegex(@"`([A-Z]\w+\.[\w*]+|(?:apply|diff)/[a-z0-9-]+/[a-z0-9-]+)`")]
    private static partial Regex Name();

    [GeneratedRegex(@"^### (\d+\.\d+\.\d+) ", RegexOptions.Multiline)]
    private static partial Regex Heading();

    [GeneratedRegex("\"rule\": \"([^\"]+)\"")]
    private static partial Regex CorpusRule();

    [GeneratedRegex(@"\[(?:Fact|Theory|SkippableFact|SkippableTheory|Property)\b[\s\S]*?\bpublic (?:async )?(?:Task|void|Property) (\w+)\(")]
    private static partial Regex Test();
}
