using LayerStore.Tests.Tar;
using static LayerStore.Tests.Tar.RawTar;

namespace Interop.Tests.Differential.Corpus;

/// <summary>Header blocks: dialects, fields and types.</summary>
internal static class HandMadeHeaders
{
    private const string Gnu = "ustar  \0";
    private static readonly string s_hundred = new('n', 100);
    private static readonly string s_prefix = string.Join('/', Enumerable.Repeat("prefix-directory", 9))[..150].TrimEnd('/');

    /// <summary>All, by name.</summary>
    public static IEnumerable<KeyValuePair<string, RawTar>> All =>
    [
        // Names
        new("v7-directory-by-slash", new RawTar().Add(Header("d/", '\0', magic: "", mode: "0000755")).Add(Header("d/f", '\0', Octal(1), magic: "")).Data("1").End()),
        new("ustar-directory-by-slash", new RawTar().Add(Header("d/", '0', mode: "0000755")).File("d/f", "1").End()),
        new("file-with-slash-and-content", new RawTar().Add(Header("f/", '0', Octal(1))).Data("1").File("after", "2").End()),
        new("name-of-100-bytes", new RawTar().File(s_hundred, "1").End()),
        new("link-of-100-bytes", new RawTar().Add(Header("l", '2', link: s_hundred)).End()),
        new("ustar-prefix", new RawTar().Add(Header("f", size: Octal(1), prefix: s_prefix)).Data("1").End()),
        new("ustar-prefix-of-155-bytes", new RawTar().Add(Header(s_hundred, size: Octal(1), prefix: new string('p', 155))).Data("1").End()),
        new("gnu-magic-with-a-ustar-prefix", new RawTar().Add(Header("f", size: Octal(1), magic: Gnu, prefix: "some/prefix")).Data("1").End()),
        new("star-prefix", new RawTar().Add(Header("f", size: Octal(1), prefix: "star", change: Star)).Data("1").End()),
        new("name-not-utf-8", new RawTar().File("caf\xe9", "1").File("\xff\xfe", "2").Add(Header("l", '2', link: "\xe9")).End()),
        new("name-with-newline", new RawTar().File("a\nb\tc", "1").End()),
        new("name-empty", new RawTar().Add(Header("", size: Octal(1))).Data("1").End()),

        // Numbers
        new("octal-with-spaces", new RawTar().Add(Header("f", size: "         1 ", mode: "   644 ", uid: "    12 ", gid: "    34 ", mtime: "   1234567 ")).Data("1").End()),
        new("octal-without-terminator", new RawTar().Add(Header("f", size: "000000000001", mode: "00000644", uid: "00000012", mtime: "012345670123")).Data("1").End()),
        new("octal-empty", new RawTar().Add(Header("f", size: "", mode: "", uid: "", gid: "", mtime: "")).End()),
        new("octal-bad-digit", new RawTar().Add(Header("f", uid: "0000008")).End()),
        new("mode-with-type-bits", new RawTar().Add(Header("f", mode: "0100644")).Add(Header("d/", '5', mode: "0040755")).End()),
        new("mode-with-special-bits", new RawTar().Add(Header("f", mode: "0006755", uid: "0001750")).Add(Header("d/", '5', mode: "0003770")).End()),
        new("base-256-numbers", new RawTar().Add(Header("f", magic: Gnu, change: block =>
        {
            Base256(block, 108, 8, 4_000_000_000);
            Base256(block, 116, 8, 4_294_967_294);
            Base256(block, 124, 12, 3);
            Base256(block, 136, 12, 5_000_000_000);
        })).Data("123").End()),
        new("base-256-negative-time", new RawTar().Add(Header("f", magic: Gnu, change: block => Base256(block, 136, 12, -86_400))).End()),
        new("base-256-negative-owner", new RawTar().Add(Header("f", magic: Gnu, change: block => Base256(block, 108, 8, -2))).End()),
        new("owner-of-all-ones", new RawTar().Add(Header("f", magic: Gnu, change: block => Base256(block, 108, 8, uint.MaxValue))).End()),
        new("owner-over-32-bits", new RawTar().Add(Header("f", magic: Gnu, change: block => Base256(block, 108, 8, 1L << 32))).End()),
        new("signed-checksum", new RawTar().Add(Altered(Header("caf\xe9"), SignedChecksum)).End()),
        new("wrong-checksum", new RawTar().File("before", "1").Add(Altered(Header("f"), block => block[150] ^= 1)).End()),
        new("owner-names", new RawTar().Add(Header("f", uid: "0001750", gid: "0001751", change: block =>
        {
            Latin1("daemon").CopyTo(block, 265);
            Latin1("bin").CopyTo(block, 297);
        })).End()),

        // Types
        new("type-7-contiguous", new RawTar().Add(Header("f", '7', Octal(1))).Data("1").End()),
        new("type-unknown", new RawTar().Add(Header("f", 'Z', Octal(1))).Data("1").File("after", "2").End()),
        new("type-gnu-dumpdir", new RawTar().Add(Header("d/", 'D', Octal(7), mode: "0000755", magic: Gnu)).Data("Nfile\0\0").File("d/file", "1").End()),
        new("type-gnu-volume-label", new RawTar().Add(Header("label", 'V', magic: Gnu)).File("f", "1").End()),
        new("type-gnu-multivolume", new RawTar().Add(Header("f", 'M', Octal(1), magic: Gnu)).Data("1").End()),
        new("type-solaris-acl", new RawTar().Add(Header("f", 'A', Octal(20))).Data("1000000\0user::rw-,o::r--").File("f", "1").End()),
        new("devices", new RawTar().Add(Header("c", '3', major: "0000001", minor: "0000003")).Add(Header("b", '4', major: "0000377", minor: "3777777")).End()),
        new("device-of-v7", new RawTar().Add(Header("c", '3', magic: "", major: "0000001", minor: "0000003")).End()),
        new("device-0-0", new RawTar().Add(Header("c", '3', major: "0000000", minor: "0000000")).End()),
        new("block-device-0-0", new RawTar().Add(Header("b", '4', major: "0000000", minor: "0000000")).End()),
        new("fifo", new RawTar().Add(Header("p", '6', mode: "0000620")).End()),
        new("directory-with-size", new RawTar().Add(Header("d/", '5', Octal(1000), mode: "0000755")).File("d/f", "1").End()),
        new("symlink-with-size", new RawTar().Add(Header("l", '2', Octal(5), link: "t")).File("f", "1").End()),
        new("hardlink-with-size", new RawTar().File("f", "12345").Add(Header("l", '1', Octal(5), link: "f")).File("after", "2").End()),
        new("hardlink-with-content", new RawTar().File("f", "12345").Add(Header("l", '1', Octal(5), link: "f")).Data("12345").File("after", "2").End()),
        new("fifo-with-size", new RawTar().Add(Header("p", '6', Octal(512))).File("f", "1").End()),
        new("symlink-to-nothing", new RawTar().Add(Header("l", '2')).End()),
        new("symlink-with-mode-and-owner", new RawTar().Add(Header("l", '2', link: "t", mode: "0000600", uid: "0001750", gid: "0001751", mtime: "00000001000")).End()),
    ];

    private static byte[] Altered(byte[] block, Action<byte[]> change)
    {
        change(block);
        return block;
    }

    private static void Star(byte[] block)
    {
        // star's own layout: a prefix of 131 bytes, then the times of access and of change, and its name at the end.
        Latin1("00000000012 00000000034 ").CopyTo(block, 345 + 131);
        Latin1("tar\0").CopyTo(block, 508);
    }

    private static void Base256(byte[] block, int offset, int length, long value)
    {
        for (var i = length - 1; i >= 0; i--, value >>= 8)
            block[offset + i] = (byte)value;
        block[offset] |= 0x80;
    }

    private static void SignedChecksum(byte[] block)
    {
        block.AsSpan(148, 8).Fill((byte)' ');
        var sum = block.Sum(b => (sbyte)b);
        Latin1(Convert.ToString(sum, 8).PadLeft(6, '0') + "\0 ").CopyTo(block, 148);
    }
}
