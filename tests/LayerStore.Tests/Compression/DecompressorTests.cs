using System.Buffers.Binary;
using System.IO.Compression;
using LayerStore.Compression;
using static LayerStore.Tests.Compression.Samples;

namespace LayerStore.Tests.Compression;

public class DecompressorTests
{
    public static TheoryData<CompressionKind> Kinds => [CompressionKind.Gzip, CompressionKind.Zstd, CompressionKind.Bzip2];

    [Theory]
    [InlineData("")]
    [InlineData("1F")]
    [InlineData("1F8B")]
    [InlineData("28B52F")]
    [InlineData("425A68")]
    [InlineData("425A6F6F2F")] // a tar whose first name is "BZoo/"
    [InlineData("425A68393132333435363738")] // or "BZh912345678"
    [InlineData("512A4D")]
    [InlineData("FD377A585A")]
    [InlineData("00000000000000000000000000")]
    public void What_has_no_magic_is_not_compressed(string hex)
    {
        byte[] data = Convert.FromHexString(hex);

        Assert.Equal(data, Unpack(data, out CompressionKind kind));
        Assert.Equal(CompressionKind.None, kind);
    }

    [Fact]
    public void Xz_is_refused_by_name()
    {
        LayerStoreException error = Assert.Throws<LayerStoreException>(() => Unpack(Convert.FromHexString("FD377A585A000004E6D6B446")));

        Assert.Equal(ErrorKind.Unimplemented, error.Kind);
        Assert.Contains("xz", error.Message, StringComparison.Ordinal);
        Assert.NotNull(error.Hint);
    }

    [SkippableTheory]
    [MemberData(nameof(Kinds))]
    public void What_the_real_tool_packs_is_unpacked(CompressionKind kind)
    {
        byte[] data = Data(3_000_000);

        Assert.Equal(data, Unpack(Tool(NameOf(kind), data, "-c"), out CompressionKind found));
        Assert.Equal(kind, found);
    }

    [SkippableTheory]
    [MemberData(nameof(Kinds))]
    public void Several_members_read_as_one(CompressionKind kind)
    {
        byte[][] parts = [Data(100_000, 1), [], Data(1, 2), Data(70_000, 3), []];
        byte[] packed = [.. parts.SelectMany(part => Pack(kind, part))];
        byte[] whole = [.. parts.SelectMany(part => part)];

        Assert.Equal(whole, Unpack(packed));
        Assert.Equal(whole, Unpack(packed, maxRead: 1));
        Assert.Equal(whole, Unpack(packed, maxRead: 7777));
    }

    [SkippableTheory]
    [MemberData(nameof(Kinds))]
    public void Nothing_packed_is_nothing(CompressionKind kind)
    {
        Assert.Empty(Unpack(Pack(kind, []), out CompressionKind found));
        Assert.Equal(kind, found);
    }

    [SkippableTheory]
    [MemberData(nameof(Kinds))]
    public void Every_truncation_is_refused(CompressionKind kind)
    {
        byte[] packed = Pack(kind, Data(600));
        int magic = kind == CompressionKind.Bzip2 ? 10 : kind == CompressionKind.Zstd ? 4 : 3;

        for (int length = magic; length < packed.Length; length++)
        {
            Refused(packed[..length]);
        }
    }

    [SkippableTheory]
    [MemberData(nameof(Kinds))]
    public void Every_truncation_of_the_second_member_is_refused(CompressionKind kind)
    {
        byte[] first = Pack(kind, Data(300, 1));
        byte[] second = Pack(kind, Data(300, 2));

        for (int length = 1; length < second.Length; length++)
        {
            Refused([.. first, .. second[..length]]);
        }
    }

    [SkippableTheory]
    [MemberData(nameof(Kinds))]
    public void Every_flipped_bit_is_refused_or_changes_nothing(CompressionKind kind)
    {
        byte[] data = Data(300);
        byte[] packed = Pack(kind, data);
        int refused = 0;
        for (int bit = 0; bit < packed.Length * 8; bit++)
        {
            byte[] changed = (byte[])packed.Clone();
            changed[bit / 8] ^= (byte)(1 << (bit % 8));
            try
            {
                byte[] unpacked = Unpack(changed, out CompressionKind found);

                // A flip in the magic makes it another thing; a few bits (gzip's time, say) mean nothing.
                Assert.True(found == CompressionKind.None || unpacked.AsSpan().SequenceEqual(data), $"bit {bit} changed the data unnoticed");
            }
            catch (LayerStoreException e) when (e.Kind is ErrorKind.DataLoss)
            {
                refused++;
            }
        }

        Assert.InRange(refused, packed.Length * 6, packed.Length * 8);
    }

    [SkippableTheory]
    [MemberData(nameof(Kinds))]
    public void Damage_gives_no_other_exception(CompressionKind kind)
    {
        byte[] packed = [.. Pack(kind, Data(20_000, 1)), .. Pack(kind, Data(2_000, 2))];
        for (int round = 0; round < 500; round++)
        {
            System.Random random = new(round);
            byte[] changed = (byte[])packed.Clone();
            for (int i = random.Next(1, 5); i > 0; i--)
            {
                changed[random.Next(changed.Length)] = (byte)random.Next(256);
            }

            try
            {
                Unpack(changed, new DecompressionLimits { MaxBytes = 10 << 20 });
            }
            catch (LayerStoreException e)
            {
                Assert.Equal(ErrorKind.DataLoss, e.Kind);
            }
        }
    }

    [SkippableTheory]
    [MemberData(nameof(Kinds))]
    public void Rubbish_after_the_last_member_is_refused(CompressionKind kind)
    {
        byte[] packed = Pack(kind, Data(600));

        Refused([.. packed, 0]);
        Refused([.. packed, .. new byte[512]]);
        Refused([.. packed, .. "rubbish"u8]);
        Refused([.. packed, 0x1F]);
        Refused([.. packed, 0x1F, 0x8B]);
        Refused([.. packed, 0x1F, 0x8B, 0x08]);
    }

    [Fact]
    public void All_optional_fields_of_a_gzip_header_are_read()
    {
        byte[] plain = Gzip(Data(1000));
        byte[] header = [0x1F, 0x8B, 8, 2 | 4 | 8 | 16, 1, 2, 3, 4, 0, 3, 5, 0, 9, 9, 0, 9, 9, .. "name\0comment\0"u8];
        byte[] crc = new byte[4];
        BinaryPrimitives.WriteUInt32LittleEndian(crc, Crc32.Update(0, header));
        byte[] packed = [.. header, crc[0], crc[1], .. plain[10..]];

        Assert.Equal(Data(1000), Unpack([.. packed, .. packed])[1000..]);
        Refused([.. header, crc[0], (byte)~crc[1], .. plain[10..]]);
        for (int length = 3; length < header.Length + 2; length++)
        {
            Refused(packed[..length]);
        }

        packed[3] = 0x20;
        Refused(packed);
    }

    /// <summary>The places where a member might end are found by the next one's magic: it must not be taken for an end elsewhere.</summary>
    [Fact]
    public void A_gzip_magic_inside_stored_data_ends_nothing()
    {
        byte[] magic = [0x1F, 0x8B, 0x08];
        byte[] data = [.. Enumerable.Range(0, 3000).SelectMany(i => magic.Concat(new byte[i % 13]))];
        using MemoryStream output = new();
        using (GZipStream gzip = new(output, CompressionLevel.NoCompression, leaveOpen: true))
        {
            gzip.Write(data);
        }

        byte[] packed = output.ToArray();
        Assert.True(packed.Length > data.Length);

        Assert.Equal(data, Unpack(packed));
        Assert.Equal([.. data, .. data], Unpack([.. packed, .. packed], maxRead: 5));
    }

    [Fact]
    public void Rubbish_between_a_gzip_members_data_and_its_trailer_is_refused()
    {
        byte[] packed = Gzip(Data(600));
        byte[] trailer = packed[^8..];

        for (int extra = 1; extra < 30; extra++)
        {
            Refused([.. packed[..^8], .. new byte[extra], .. trailer]);
            Refused([.. packed, .. new byte[extra], .. trailer]);
            Refused([.. packed[..^8], .. new byte[extra], .. trailer, .. packed]);
        }
    }

    [Fact]
    public void A_gzip_member_without_its_final_block_is_refused()
    {
        // A stored block that is not the last one, then nothing but a right trailer.
        byte[] data = "hello"u8.ToArray();
        byte[] crc = new byte[4];
        BinaryPrimitives.WriteUInt32LittleEndian(crc, Crc32.Update(0, data));

        Refused([0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 3, 0, 5, 0, 0xFA, 0xFF, .. data, .. crc, 5, 0, 0, 0]);
        Assert.Equal(data, Unpack([0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 3, 1, 5, 0, 0xFA, 0xFF, .. data, .. crc, 5, 0, 0, 0]));
    }

    [SkippableFact]
    public void Skippable_zstd_frames_are_skipped_wherever_they_are()
    {
        byte[] data = Data(5000);
        byte[] packed = Pack(CompressionKind.Zstd, data);
        byte[] skip = [0x5A, 0x2A, 0x4D, 0x18, 5, 0, 0, 0, 1, 2, 3, 4, 5];

        Assert.Equal([.. data, .. data], Unpack([.. skip, .. packed, .. skip, .. skip, .. packed, .. skip], out CompressionKind kind));
        Assert.Equal(CompressionKind.Zstd, kind);
        Assert.Empty(Unpack(skip));
        for (int length = 4; length < skip.Length; length++)
        {
            Refused(skip[..length]);
            Refused([.. packed, .. skip[..length]]);
        }
    }

    [SkippableFact]
    public void A_zstd_window_over_the_limit_is_refused_by_name()
    {
        byte[] packed = Tool("zstd", Data(3 << 20), "-q", "-c", "--ultra", "--long=26", "--no-content-size");

        LayerStoreException error = Refused(packed, new DecompressionLimits { MaxZstdWindow = 1 << 20 });

        Assert.Contains("MaxZstdWindow", error.Message, StringComparison.Ordinal);
        Assert.Equal(3 << 20, Unpack(packed).Length);
    }

    [SkippableTheory]
    [InlineData("58", true)] // a window of 2 MiB
    [InlineData("51", true)] // 1 MiB and an eighth
    [InlineData("50", false)] // 1 MiB
    public void A_zstd_window_is_judged_by_the_header_however_small_the_frame(string window, bool isRefused)
    {
        // One raw block of 256 bytes, and a content size that says so: libzstd by itself would not look at the window.
        byte[] packed = [.. Convert.FromHexString($"28B52FFD40{window}0000010800"), .. new byte[256]];
        DecompressionLimits limits = new() { MaxZstdWindow = 1 << 20 };
        if (isRefused)
        {
            Assert.Contains("MaxZstdWindow", Refused(packed, limits).Message, StringComparison.Ordinal);
        }
        else
        {
            Assert.Equal(new byte[256], Unpack(packed, limits));
        }
    }

    [SkippableTheory]
    [MemberData(nameof(Kinds))]
    public void A_bomb_is_refused_by_the_ratio(CompressionKind kind)
    {
        byte[] packed = Tool(NameOf(kind), new byte[80 << 20], "-c");

        LayerStoreException error = Refused(packed, new DecompressionLimits { MaxRatio = 100 });

        Assert.Contains("MaxRatio", error.Message, StringComparison.Ordinal);
    }

    [SkippableTheory]
    [MemberData(nameof(Kinds))]
    [InlineData(CompressionKind.None)]
    public void More_bytes_than_allowed_are_refused(CompressionKind kind)
    {
        byte[] data = Data(100_000);
        byte[] packed = kind == CompressionKind.None ? data : Pack(kind, data);

        Assert.Equal(data, Unpack(packed, new DecompressionLimits { MaxBytes = data.Length }));
        Assert.Contains("MaxBytes", Refused(packed, new DecompressionLimits { MaxBytes = data.Length - 1 }).Message, StringComparison.Ordinal);
    }

    [SkippableTheory]
    [MemberData(nameof(Kinds))]
    [InlineData(CompressionKind.None)]
    public void The_input_is_read_to_its_end_its_errors_pass_and_it_is_disposed(CompressionKind kind)
    {
        byte[] data = Data(1000);
        byte[] packed = kind == CompressionKind.None ? data : Pack(kind, data);
        using VerifyingStream input = new(packed);
        using (DecompressionStream stream = Decompressor.Open(input))
        {
            IOException error = Assert.Throws<IOException>(() => stream.CopyTo(Stream.Null));
            Assert.Equal("wrong digest", error.Message);
        }

        Assert.True(input.IsDisposed);
    }

    private static string NameOf(CompressionKind kind) => kind.ToString().ToLowerInvariant();

    private static LayerStoreException Refused(byte[] packed, DecompressionLimits? limits = null)
    {
        LayerStoreException error = Assert.Throws<LayerStoreException>(() => Unpack(packed, limits));
        Assert.Equal(ErrorKind.DataLoss, error.Kind);
        Assert.NotNull(error.Hint);
        return error;
    }

    /// <summary>Fails once read to its end, as a verified blob does that does not have its digest.</summary>
    private sealed class VerifyingStream(byte[] bytes) : MemoryStream(bytes)
    {
        public bool IsDisposed { get; private set; }

        public override int Read(byte[] buffer, int offset, int count)
        {
            int read = base.Read(buffer, offset, count);
            return read > 0 || count == 0 ? read : throw new IOException("wrong digest");
        }

        protected override void Dispose(bool disposing)
        {
            IsDisposed = true;
            base.Dispose(disposing);
        }
    }
}
