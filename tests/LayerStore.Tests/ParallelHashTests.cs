using System.Security.Cryptography;

namespace LayerStore.Tests;

public sealed class ParallelHashTests
{
    [Theory]
    [InlineData(0, 1)]
    [InlineData(1, 1)]
    [InlineData(64 << 10, 100)]
    [InlineData((64 << 10) + 1, 100)]
    [InlineData(320 << 10, 4096)]
    [InlineData((320 << 10) + 1, 512)]
    [InlineData(3_000_017, 7_919)]
    [InlineData(3_000_017, 2_000_003)]
    public void The_hash_is_that_of_all_bytes_whatever_the_pieces(int length, int piece)
    {
        byte[] data = Bytes(length);
        using ParallelHash hash = new(DigestAlgorithm.Sha256);
        for (int at = 0; at < length; at += piece)
        {
            hash.Append(data.AsSpan(at, Math.Min(piece, length - at)));
        }

        Assert.Equal(length, hash.Length);
        Assert.Equal(SHA256.HashData(data), hash.CurrentHash());
        Assert.Equal(Digest.Compute(data), hash.Current());
    }

    [Fact]
    public void More_may_follow_after_the_hash_was_asked_for()
    {
        byte[] data = Bytes(1_000_000);
        using ParallelHash hash = new(DigestAlgorithm.Sha512);
        for (int at = 0; at < data.Length; at += 50_000)
        {
            hash.Append(data.AsSpan(at, 50_000));
            Assert.Equal(SHA512.HashData(data.AsSpan(0, at + 50_000)), hash.CurrentHash());
        }
    }

    [Fact]
    public void The_bytes_are_the_callers_again_at_once()
    {
        byte[] data = Bytes(700_000);
        byte[] expected = SHA256.HashData(data);
        byte[] piece = new byte[100_000];
        using ParallelHash hash = new(DigestAlgorithm.Sha256);
        for (int at = 0; at < data.Length; at += piece.Length)
        {
            data.AsSpan(at, piece.Length).CopyTo(piece);
            hash.Append(piece);
            piece.AsSpan().Fill(0xAA);
        }

        Assert.Equal(expected, hash.CurrentHash());
    }

    private static byte[] Bytes(int length)
    {
        byte[] data = new byte[length];
        new Random(42).NextBytes(data);
        return data;
    }
}
