using LayerStore.Content;

namespace LayerStore.Tests.Content;

public sealed class VerifyingStreamTests
{
    private static readonly byte[] s_bytes = [.. Enumerable.Range(0, 1000).Select(i => (byte)i)];

    [Fact]
    public void The_right_bytes_pass()
    {
        using VerifyingStream stream = Over(s_bytes, s_bytes, 1000);
        using MemoryStream copy = new();
        stream.CopyTo(copy);
        Assert.Equal(s_bytes, copy.ToArray());
        Assert.True(stream.IsVerified);
        Assert.Equal(0, stream.Read(new byte[1]));
    }

    [Fact]
    public async Task The_right_bytes_pass_asynchronously()
    {
        using VerifyingStream stream = Over(s_bytes, s_bytes, 1000);
        byte[] read = new byte[1000];
        await stream.ReadExactlyAsync(read);
        Assert.Equal(s_bytes, read);
        Assert.True(stream.IsVerified);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(1000)]
    [InlineData(4096)]
    public void Wrong_bytes_fail_before_the_last_one_is_returned(int bufferSize)
    {
        byte[] wrong = [.. s_bytes];
        wrong[^1] ^= 1;
        using VerifyingStream stream = Over(wrong, s_bytes, 1000);
        byte[] buffer = new byte[bufferSize];
        long total = 0;
        DigestMismatchException e = Assert.Throws<DigestMismatchException>(() =>
        {
            for (int length; (length = stream.Read(buffer)) > 0;)
            {
                total += length;
            }
        });
        Assert.InRange(total, 0, 999);
        Assert.Equal(Digest.Compute(wrong), e.Actual);
        Assert.Same(e, Assert.Throws<DigestMismatchException>(() => stream.Read(buffer)));
        Assert.False(stream.IsVerified);
    }

    [Theory]
    [InlineData(999)]
    [InlineData(0)]
    [InlineData(1001)]
    public async Task Another_size_fails(int size)
    {
        using VerifyingStream stream = Over(s_bytes, s_bytes, size);
        SizeMismatchException e = await Assert.ThrowsAsync<SizeMismatchException>(() => stream.CopyToAsync(Stream.Null));
        Assert.Equal(size, e.Expected);
        Assert.Throws<SizeMismatchException>(() => Over(s_bytes, s_bytes, size).CopyTo(Stream.Null));
    }

    [Fact]
    public void Drain_verifies_what_was_not_read()
    {
        using VerifyingStream good = Over(s_bytes, s_bytes, 1000);
        good.ReadExactly(new byte[10]);
        Assert.False(good.IsVerified);
        good.Drain();
        good.Drain();
        Assert.True(good.IsVerified);
        Assert.Throws<DigestMismatchException>(() => Over(new byte[1000], s_bytes, 1000).Drain());
    }

    [Fact]
    public void Nothing_can_be_verified_too()
    {
        using VerifyingStream stream = Over([], [], 0);
        Assert.Equal(0, stream.Read(new byte[1]));
        Assert.True(stream.IsVerified);
        Assert.Throws<DigestMismatchException>(() => Over([], s_bytes, 0).Drain());
    }

    private static VerifyingStream Over(byte[] actual, byte[] expected, long size) => new(new MemoryStream(actual), Digest.Compute(expected), size, "blob");
}
