using LayerStore.Compression.Deflate;

namespace LayerStore.Tests.Compression.Deflate;

public class CostEstimateTests
{
    [Fact]
    public void It_is_close_to_what_the_logarithm_says()
    {
        SymbolCounts counts = new();
        counts.AddLiterals(Samples.Data(100_000, seed: 5));
        double total = 100_000;

        double exact = counts.Literals.ToArray().Where(count => count > 0).Sum(count => -count * Math.Log2(count / total));

        Assert.InRange(CostEstimate.Bits(counts), exact * 0.998, exact * 1.002);
    }

    [Fact]
    public void Powers_of_two_are_exact()
    {
        SymbolCounts counts = new();
        counts.AddLiterals([.. Enumerable.Range(0, 4096).Select(i => (byte)i)]);

        Assert.Equal(4096 * 8, CostEstimate.Bits(counts));
    }

    [Fact]
    public void Two_together_cost_what_their_sum_does()
    {
        (SymbolCounts a, SymbolCounts b) = (new(), new());
        a.AddLiterals(Samples.Data(5000, seed: 1));
        b.AddLiterals(Samples.Data(7000, seed: 2));
        b.AddMatch(258, 32_768);
        long together = CostEstimate.Bits(a, b);

        a.Add(b);

        Assert.Equal(CostEstimate.Bits(a), together);
    }
}
