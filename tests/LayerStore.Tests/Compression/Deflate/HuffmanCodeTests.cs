using FsCheck;
using FsCheck.Fluent;
using LayerStore.Compression.Deflate;

namespace LayerStore.Tests.Compression.Deflate;

public class HuffmanCodeTests
{
    private static readonly Gen<int[]> s_counts =
        Gen.Frequency((3, Gen.Constant(0)), (3, Gen.Choose(1, 20)), (2, Gen.Choose(1, 5000)), (1, Gen.Elements(1, 1 << 10, 1 << 20))).ArrayOf(19);

    [Theory]
    [InlineData(15)]
    [InlineData(7)]
    public void A_code_is_complete_within_its_limit_and_no_shorter_for_rarer_symbols(int limit) =>
        Check.One(
            Config.QuickThrowOnFailure.WithMaxTest(500),
            Prop.ForAll(Arb.From(s_counts), counts =>
            {
                HuffmanCode code = new(counts.Length, limit);
                code.Build(counts);
                AssertIsComplete(code, limit);
                for (int a = 0; a < counts.Length; a++)
                {
                    Assert.True(counts[a] == 0 || code.Lengths[a] > 0, "a symbol has no code");
                    for (int b = 0; b < counts.Length; b++)
                    {
                        Assert.False(counts[a] > counts[b] && counts[b] > 0 && code.Lengths[a] > code.Lengths[b], "the rarer has the shorter code");
                    }
                }
            }));

    [Fact]
    public void Without_a_limit_in_reach_it_is_as_short_as_Huffmans() =>
        Check.One(
            Config.QuickThrowOnFailure.WithMaxTest(500),
            Prop.ForAll(Arb.From(Gen.Choose(1, 400).ArrayOf(19)), counts =>
            {
                HuffmanCode code = new(counts.Length, 15);
                code.Build(counts);

                long bits = counts.Select((count, symbol) => (long)count * code.Lengths[symbol]).Sum();
                Assert.Equal(HuffmanBits(counts), bits);
            }));

    [Theory]
    [InlineData(15)]
    [InlineData(14)]
    [InlineData(7)]
    public void Counts_that_would_need_longer_codes_are_held_to_the_limit(int limit)
    {
        int[] counts = new int[28];
        (counts[0], counts[1]) = (1, 1);
        for (int i = 2; i < counts.Length; i++)
        {
            counts[i] = counts[i - 1] + counts[i - 2];
        }

        HuffmanCode code = new(counts.Length, limit);
        code.Build(counts);

        AssertIsComplete(code, limit);
        Assert.Equal(limit, code.Lengths[0]);
        Assert.Equal(1, code.Lengths[^1]);
    }

    [Theory]
    [InlineData(new int[] { 0, 0, 0 }, new byte[] { 1, 1, 0 })]
    [InlineData(new int[] { 0, 5, 0 }, new byte[] { 1, 1, 0 })]
    [InlineData(new int[] { 5, 0, 0 }, new byte[] { 1, 1, 0 })]
    [InlineData(new int[] { 0, 0, 5 }, new byte[] { 1, 0, 1 })]
    public void Fewer_than_two_symbols_get_two_codes(int[] counts, byte[] lengths)
    {
        HuffmanCode code = new(counts.Length, 15);
        code.Build(counts);

        Assert.Equal(lengths, code.Lengths.ToArray());
    }

    /// <summary>The example of RFC 1951, 3.2.2; its codes, from the last bit to the first.</summary>
    [Fact]
    public void Codes_are_those_of_the_specifications_example()
    {
        HuffmanCode code = new(8, 15);
        code.Use([3, 3, 3, 3, 3, 2, 4, 4]);

        Assert.Equal<ushort>([0b010, 0b110, 0b001, 0b101, 0b011, 0b00, 0b0111, 0b1111], code.Codes.ToArray());
    }

    private static void AssertIsComplete(HuffmanCode code, int limit)
    {
        // Kraft's sum.
        int sum = 0;
        foreach (byte length in code.Lengths)
        {
            Assert.InRange(length, 0, limit);
            sum += length == 0 ? 0 : 1 << (limit - length);
        }

        Assert.Equal(1 << limit, sum);
    }

    private static long HuffmanBits(int[] counts)
    {
        PriorityQueue<long, long> queue = new(counts.Select(count => ((long)count, (long)count)));
        long bits = 0;
        while (queue.Count > 1)
        {
            long node = queue.Dequeue() + queue.Dequeue();
            bits += node;
            queue.Enqueue(node, node);
        }

        return bits;
    }
}
