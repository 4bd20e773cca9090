namespace Interop.Tests.Corpus;

/// <summary>
/// A store with overlay snapshots passes the cases in which overlayfs's form of a layer differs from a plain tree. All of them, on it and on
/// other tools: <c>make corpus-scores</c>.
/// </summary>
[Long]
public sealed class OverlayCorpusTests
{
    [SkippableTheory]
    [InlineData("apply/chains")]
    [InlineData("apply/hardlinks")]
    [InlineData("apply/opaque")]
    [InlineData("apply/overlay")]
    [InlineData("apply/root")]
    [InlineData("apply/whiteouts")]
    [InlineData("diff/links")]
    public void Every_case_passes(string category)
    {
        Tools.RequireRoot();
        Tools.Require("python3", "unshare");
        using var directory = new TempDirectory();

        var (printed, results) = LayerCorpus.Run($"{category}/*", [.. LayerCorpus.Tool("layerstore-store", directory), "--quiet"]);

        printed.Expect();
        Assert.Equal(LayerCorpus.Count($"{category}/*"), results.Count);
        Assert.All(results.Values, result => Assert.Equal("passed", result));
    }
}
