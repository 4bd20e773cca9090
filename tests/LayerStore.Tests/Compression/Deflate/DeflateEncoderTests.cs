using System.Security.Cryptography;
using FsCheck;
using FsCheck.Fluent;
using LayerStore.Compression.Deflate;
using static LayerStore.Tests.Compression.Deflate.DeflateSamples;

namespace LayerStore.Tests.Compression.Deflate;

public class DeflateEncoderTests
{
    // A piece of data: noise, a repetition of what is so far back, or a run of one byte; how far back or which; how long.
    private static readonly Gen<(int Kind, int Value, int Length)[]> s_pieces =
        (from kind in Gen.Frequency((2, Gen.Constant(0)), (4, Gen.Constant(1)), (1, Gen.Constant(2)))
         from value in Gen.OneOf(Gen.Choose(1, 300), Gen.Choose(1, 70_000), Gen.Elements(32_767, 32_768, 32_769, 65_536, 65_537))
         from length in Gen.OneOf(Gen.Choose(1, 12), Gen.Choose(1, 700), Gen.Choose(1, 20_000), Gen.Elements(3, 4, 257, 258, 259, 516, 65_536))
         select (kind, value, length)).ArrayOf();

    public static TheoryData<string> Names => [.. All.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public void What_is_deflated_inflates_to_the_same(string name)
    {
        byte[] data = All[name]();

        AssertInflates(data, Encode(data));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void A_piece_that_is_not_the_last_can_be_followed_by_another(string name)
    {
        byte[] data = All[name]();
        byte[] first = Encode(data, last: false);

        Assert.Equal([0, 0, 0xFF, 0xFF], first[^4..]);
        AssertInflates([.. data, .. data], [.. first, .. Encode(data)]);
        AssertInflates(data, [.. first, .. Encode([])]);
    }

    [Fact]
    public void Whatever_repeats_inflates_to_the_same_and_a_used_encoder_gives_the_bytes_of_a_new_one()
    {
        DeflateEncoder used = new();
        Check.One(
            Config.QuickThrowOnFailure.WithMaxTest(300),
            Prop.ForAll(Arb.From(s_pieces), pieces =>
            {
                byte[] data = Make(pieces);
                byte[] deflated = Encode(data, encoder: used);

                AssertInflates(data, deflated);
                Assert.True(deflated.AsSpan().SequenceEqual(Encode(data, behind: 0xAA)), "what was before, or is behind the data, changed a byte");
            }));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void It_grows_by_little_at_most(string name)
    {
        byte[] data = All[name]();

        // Noise is stored: five bytes for each 65,535 or a little less.
        Assert.InRange(Encode(data).Length, 0, data.Length + (data.Length / 10_000) + 10);
    }

    [Theory]
    [InlineData("zeros", 1100)]
    [InlineData("every byte value in turn", 750)]
    [InlineData("noise again at the greatest distance", 40_000)]
    [InlineData("the longest match again and again", 800)]
    [InlineData("two values", 15_000)]
    [InlineData("base64", 800_000)]
    public void It_packs_what_can_be_packed(string name, int atMost) => Assert.InRange(Encode(All[name]()).Length, 1, atMost);

    [Fact]
    public void Nothing_is_two_bytes() => Assert.Equal([3, 0], Encode([]));

    [Theory]
    [InlineData("noise", 0)]
    [InlineData("5 bytes", 1)]
    [InlineData("words and noise", 2)]
    public void Blocks_have_the_shortest_of_the_three_forms(string name, int form) => Assert.Equal(form, (Encode(All[name]())[0] >> 1) & 3);

    [Fact]
    public void More_than_it_has_room_for_is_refused() =>
        Assert.Throws<ArgumentOutOfRangeException>(() => Encode(new byte[DeflateEncoder.MaxLength + 1]));

    /// <summary>If one of these changes, every layer committed from now on has another digest than the same tree had before.</summary>
    [Fact]
    public void The_samples_have_their_golden_digest()
    {
        using IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (Func<byte[]> data in All.Values)
        {
            hash.AppendData(Encode(data(), last: false));
        }

        Assert.Equal("88a9c47fba4562c13eeab68789cc129ce34e78cb5c15c7165070cf100112ab2f", Convert.ToHexStringLower(hash.GetHashAndReset()));
    }

    private static void AssertInflates(byte[] data, byte[] deflated)
    {
        Assert.True(data.AsSpan().SequenceEqual(InflateManaged(deflated)), "SharpZipLib reads other bytes");
        Assert.True(data.AsSpan().SequenceEqual(InflateNative(deflated)), "the class library reads other bytes");
    }

    private static byte[] Make((int Kind, int Value, int Length)[] pieces)
    {
        List<byte> data = [];
        foreach ((int kind, int value, int length) in pieces)
        {
            if (data.Count + length > DeflateEncoder.MaxLength)
            {
                break;
            }

            System.Random random = new(value);
            for (int i = 0; i < length; i++)
            {
                data.Add(kind switch
                {
                    1 when value <= data.Count => data[^value],
                    2 => (byte)value,
                    _ => (byte)random.Next(256),
                });
            }
        }

        return [.. data];
    }
}
