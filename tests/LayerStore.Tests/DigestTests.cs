namespace LayerStore.Tests;

public sealed class DigestTests
{
    private const string Hex64 = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

    [Theory]
    [InlineData("sha256:" + Hex64)]
    [InlineData("sha512:" + Hex64 + Hex64)]
    public void A_digest_is_its_text(string text) => Assert.Equal(text, Digest.Parse(text).ToString());

    [Theory]
    [InlineData("")]
    [InlineData("sha256")]
    [InlineData(Hex64)]
    [InlineData("sha256:")]
    [InlineData("sha256:E3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")]
    [InlineData("SHA256:" + Hex64)]
    [InlineData("sha256:" + Hex64 + "0")]
    [InlineData("sha512:" + Hex64)]
    [InlineData("sha256:../../../../../../../../../../../../../../../../../../../../etc/pass")]
    [InlineData("sha256:" + Hex64 + "\n")]
    [InlineData("blake3:" + Hex64)]
    [InlineData("sha256+b64:" + Hex64)]
    public void What_is_not_exact_or_cannot_be_verified_is_refused(string text)
    {
        Assert.False(Digest.TryParse(text, out _));
        Assert.Equal(ErrorKind.DataLoss, Assert.Throws<LayerStoreException>(() => Digest.Parse(text)).Kind);
    }

    [Fact]
    public void The_digest_of_nothing_is_known() => Assert.Equal("sha256:" + Hex64, Digest.Compute([]).ToString());
}
