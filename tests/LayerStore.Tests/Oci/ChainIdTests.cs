using LayerStore.Oci;

namespace LayerStore.Tests.Oci;

public sealed class ChainIdTests
{
    private static readonly Digest A = Digest.Parse("sha256:" + new string('a', 64));
    private static readonly Digest B = Digest.Parse("sha256:" + new string('b', 64));

    /// <summary>The second value is what <c>printf '%s %s' A B | sha256sum</c> prints.</summary>
    [Fact]
    public void The_chain_is_hashed_as_text_with_the_algorithm()
    {
        IReadOnlyList<Digest> chain = ChainId.Compute([A, B, A]);
        Assert.Equal(A, chain[0]);
        Assert.Equal("sha256:ccd722928bd92476ba1745586fed6e45a102504185ad88cd89e01ff116fd146c", chain[1].ToString());
        Assert.Equal(ChainId.Append(chain[1], A), chain[2]);
    }

    [Fact]
    public void No_layers_have_no_chain() => Assert.Empty(ChainId.Compute([]));
}
