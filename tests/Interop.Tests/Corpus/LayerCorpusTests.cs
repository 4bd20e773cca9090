namespace Interop.Tests.Corpus;

/// <summary>The engine passes every case of the corpus: what is expected there is written down by hand, and other tools agree where they can.</summary>
[Long]
public sealed class LayerCorpusTests
{
    public static TheoryData<string> Categories => [.. LayerCorpus.Categories];

    [SkippableTheory]
    [MemberData(nameof(Categories))]
    public void Every_case_passes(string category)
    {
        Tools.RequireRoot();
        Tools.Require("python3", "unshare");

        var (printed, results) = LayerCorpus.Run($"{category}/*", [.. LayerCorpus.Engine, "--quiet"]);

        printed.Expect();
        Assert.Equal(LayerCorpus.Count($"{category}/*"), results.Count);
        Assert.All(results.Values, result => Assert.Equal("passed", result));
    }

    [SkippableFact]
    public void The_files_are_those_that_the_generator_makes()
    {
        Tools.Require("python3");

        ProcessRunner.Run(LayerCorpus.PathOf("make"), "--check");
    }
}
