using LayerStore.Oci;

namespace LayerStore.Tests.Oci;

public sealed class PlatformTests
{
    [Theory]
    [InlineData("linux/amd64", "linux/amd64")]
    [InlineData("linux/x86_64", "linux/amd64")]
    [InlineData("Linux/X86-64/v1", "linux/amd64")]
    [InlineData("linux/aarch64", "linux/arm64")]
    [InlineData("linux/arm64/v8", "linux/arm64")]
    [InlineData("linux/arm64/v9", "linux/arm64/v9")]
    [InlineData("linux/arm", "linux/arm/v7")]
    [InlineData("linux/arm/6", "linux/arm/v6")]
    [InlineData("linux/armhf", "linux/arm/v7")]
    [InlineData("linux/armel", "linux/arm/v6")]
    [InlineData("linux/i386", "linux/386")]
    [InlineData("macos/arm64", "darwin/arm64")]
    [InlineData("arm64", "linux/arm64")]
    [InlineData("riscv64", "linux/riscv64")]
    public void A_platform_has_one_spelling(string text, string expected) => Assert.Equal(expected, Platform.Parse(text).ToString());

    [Theory]
    [InlineData("")]
    [InlineData("linux/")]
    [InlineData("linux/amd64/v1/x")]
    [InlineData("linux amd64")]
    [InlineData("linux/amd64\n")]
    [InlineData("/amd64")]
    public void What_is_not_a_platform_is_refused(string text) =>
        Refused.As(ErrorKind.InvalidArgument, "is not a platform", () => Platform.Parse(text));

    [Theory]
    [InlineData("linux/arm/v7", "linux/arm/v7 linux/arm/v6 linux/arm/v5")]
    [InlineData("linux/arm/v5", "linux/arm/v5")]
    [InlineData("linux/amd64/v3", "linux/amd64/v3 linux/amd64/v2 linux/amd64")]
    [InlineData("linux/amd64", "linux/amd64")]
    [InlineData("linux/arm64", "linux/arm64")]
    public void Lower_variants_run_too_but_come_later(string text, string expected) =>
        Assert.Equal(expected, string.Join(' ', Platform.Parse(text).Compatible()));

    [Fact]
    public void Spellings_match_each_other()
    {
        Assert.True(Platform.Parse("linux/arm64").Matches(new Platform("linux", "arm64", "v8")));
        Assert.True(Platform.Parse("linux/arm64/v8").Matches(new Platform("linux", "aarch64")));
        Assert.False(Platform.Parse("linux/arm64").Matches(new Platform("linux", "amd64")));
        Assert.False(Platform.Parse("linux/arm/v6").Matches(new Platform("linux", "arm", "v7")));
    }
}
