using FsCheck;
using FsCheck.Fluent;
using LayerStore.Tar;
using static LayerStore.Tests.Tar.TarTools;

namespace LayerStore.Tests.Tar;

/// <summary>What is written reads back the same, whatever the bytes.</summary>
public class TarRoundTripTests
{
    private static readonly Gen<byte> s_byte =
        Gen.Frequency((3, Gen.Choose('a', 'z')), (1, Gen.Choose(1, 255)), (1, Gen.Elements<int>('/', '=', '\n', '.'))).Select(b => (byte)b);

    private static readonly Gen<ByteString> s_name = Bytes(s_byte, 1, 20, 98, 99, 100, 101, 102, 255, 300);

    private static readonly Gen<ByteString> s_value = Bytes(Gen.Choose(0, 255).Select(b => (byte)b), 0, 1, 20, 3000);

    private static readonly Gen<Timestamp> s_time =
        from seconds in Gen.OneOf(Gen.Choose(-3, 3).Select(s => (long)s), Gen.Elements(1_700_000_000, 8_589_934_591, 8_589_934_592, -62_135_596_800, long.MaxValue, long.MinValue + 1))
        from nanoseconds in Gen.Elements(0, 1, 500_000_000, 999_999_999, 120_000_000)
        select new Timestamp(seconds, nanoseconds);

    private static readonly Gen<uint> s_id = Gen.Elements(0u, 1u, 1000u, 2_097_151u, 2_097_152u, 4_294_967_294u);

    private static readonly Gen<(TarEntry Entry, byte[] Content)> s_entry =
        from name in s_name
        from type in Gen.Elements(Enum.GetValues<TarEntryType>())
        from mode in Gen.Choose(0, 0xFFF)
        from user in s_id
        from owners in s_id
        from modified in s_time
        from accessed in Gen.OneOf(Gen.Constant<Timestamp?>(null), s_time.Select(time => (Timestamp?)time))
        from link in s_name
        from device in Gen.Choose(0, 2_097_151)
        from xattrs in Gen.ListOf(from key in Bytes(s_byte, 1, 20) from value in s_value select new Xattr(key, value), 3)
        from content in Gen.Elements(0, 1, 511, 512, 513, 70_000)
        select Make(name, type, mode, user, owners, modified, accessed, link, device, xattrs, content);

    [Fact]
    public void Writer_then_reader_is_the_identity() =>
        Check.One(
            Config.QuickThrowOnFailure.WithMaxTest(300),
            Prop.ForAll(Arb.From(s_entry.ListOf(5)), entries =>
            {
                List<(TarEntry Entry, byte[] Content)> read = ReadAll(Write(entries));

                Assert.Equal(entries.Count, read.Count);
                foreach (((TarEntry expected, byte[] content), (TarEntry actual, byte[] actualContent)) in entries.Zip(read))
                {
                    TarEquality.AssertEqual(expected, actual);
                    Assert.True(content.AsSpan().SequenceEqual(actualContent));
                }
            }));

    [Fact]
    public void Reader_then_writer_is_the_identity_on_the_canonical_form() =>
        Check.One(
            Config.QuickThrowOnFailure.WithMaxTest(100),
            Prop.ForAll(Arb.From(s_entry.ListOf(3)), entries =>
            {
                byte[] archive = Write(entries);

                Assert.True(archive.AsSpan().SequenceEqual(Write(ReadAll(archive, maxRead: 4321))));
            }));

    private static Gen<ByteString> Bytes(Gen<byte> one, params int[] lengths) =>
        from length in Gen.Elements(lengths) from bytes in one.ArrayOf(length) select new ByteString(bytes);

    private static (TarEntry, byte[]) Make(
        ByteString name, TarEntryType type, int mode, uint user, uint group, Timestamp modified, Timestamp? accessed, ByteString link,
        int device, IEnumerable<Xattr> xattrs, int content)
    {
        bool isDevice = type is TarEntryType.BlockDevice or TarEntryType.CharacterDevice;
        bool isFile = type == TarEntryType.RegularFile;
        ReadOnlySpan<byte> stem = name.Span.TrimEnd((byte)'/');
        byte[] data = new byte[isFile ? content : 0];
        new System.Random(content).NextBytes(data);
        return (new TarEntry
        {
            Name = type == TarEntryType.Directory ? ByteString.Concat(stem, "/"u8) : isFile ? new ByteString(stem) : name,
            Type = type,
            Mode = (uint)mode,
            UserId = user,
            GroupId = group,
            Size = data.Length,
            ModifiedAt = modified,
            AccessedAt = accessed,
            LinkName = type is TarEntryType.HardLink or TarEntryType.SymbolicLink ? link : default,
            DeviceMajor = isDevice ? (uint)device : 0,
            DeviceMinor = isDevice ? (uint)(device / 2) : 0,
            Xattrs = [.. xattrs.DistinctBy(xattr => xattr.Name)],
        }, data);
    }
}
