using System.IO.Compression;
using LayerStore.Tests.Tar;
using static LayerStore.Tests.Tar.RawTar;

namespace Interop.Tests.Hostile;

/// <summary>Layers whose bytes are wrong, or mean one thing to one reader and another to the next: tar, PAX, sparse maps, compression.</summary>
internal static class Malformed
{
    private static readonly byte[] s_tar = new RawTar().File("hello", "world").End().ToArray();

    public static IReadOnlyList<HostileCase> All { get; } = [.. Headers(), .. Sizes(), .. Records(), .. Sparse(), .. Streams()];

    private static IEnumerable<HostileCase> Headers()
    {
        yield return Refused("a wrong checksum", new RawTar().Add(Header("f", change: null).Select((b, i) => i == 0 ? (byte)(b + 1) : b).ToArray()));
        yield return Refused("a negative mode", new RawTar().Add(Header(mode: "-000001")));
        yield return Refused("the owner -1", new RawTar().Add(Header(uid: "\u00ff\u00ff\u00ff\u00ff\u00ff\u00ff\u00ff\u00ff")));
        yield return Refused("the owner 2^32, root to who cuts it", new RawTar().Add(Header(uid: "\u0080\0\0\u0001\0\0\0\0", mode: "0004755")));
        yield return Refused("the group 2^32 in a record", new RawTar().Pax(("gid", "4294967296")).Add(Header(mode: "0004755")));
        yield return Refused("a device of 64 bits", new RawTar().Add(Header("d", '3', major: "\u0080\0\0\u0001\0\0\0\u0005")));
        foreach (char type in "MNDAXZ8")
        {
            yield return Refused($"the type {type}", new RawTar().Add(Header("f", type)));
        }

        yield return Refused("a file with a slash and content", new RawTar().Add(Header("d/", size: Octal(5))).Data("hello"));
        yield return Refused("one block of zeros between entries", new RawTar().File("a", "x").Add(new byte[512]).File("b", "y"));
        yield return Refused("a hard link with content", new RawTar().File("t", "x").Add(Header("l", '1', size: Octal(5), link: "t")).Data("hello"));
        yield return new("an end inside of a header", Outcome.Refused, image => image.Layers(Header("f")[..300]));
        yield return new("an end inside of a content", Outcome.Refused, image => image.Layers(new RawTar().File("f", new string('x', 5000)).ToArray()[..3000]));
        yield return Refused("a header for an entry that does not come", new RawTar().Pax(("path", "x")));
        yield return new("something that is no archive", Outcome.Refused, image => image.Layers(Latin1(new string('x', 10240))));
        yield return Refused("a name longer than any file's", new RawTar().Pax(("path", new string('n', 256))).Add(Header()));
        yield return Refused("a NUL in a long name", new RawTar().Extension('L', "a\0../../evil\0").Add(Header()));
    }

    private static IEnumerable<HostileCase> Sizes()
    {
        byte[] evil = [.. Header("evil", size: Octal(1)), .. new byte[1024]];
        yield return Refused("a size in the header, another in a record", new RawTar().Pax(("size", "5")).Add(Header(size: Octal(1))).Data("hello"));
        yield return Refused("a smaller size in a record", new RawTar().Pax(("size", "0")).Add(Header(size: Octal(512))).Add(Header("evil")));
        yield return Refused("entries in a content that the header hides", new RawTar().Pax(("size", $"{evil.Length}")).Add(Header(size: Octal(0))).Add(evil));
        yield return Refused("an end in a content that the header hides", new RawTar().Pax(("size", "1024")).Add(Header(size: Octal(0))).Add(new byte[1024]).File("after", "x"));
        yield return Refused("a negative size", new RawTar().Add(Header(size: "\u00ff\u00ff\u00ff\u00ff\u00ff\u00ff\u00ff\u00ff\u00ff\u00ff\u00ff\u00ff")));
        yield return Refused("a size of 2^63 - 1", new RawTar().Pax(("size", "9223372036854775807")).Add(Header()));
        yield return Refused("a size of 2^64", new RawTar().Pax(("size", "18446744073709551616")).Add(Header()));
        yield return Refused("a size in hexadecimal", new RawTar().Pax(("size", "0x10")).Add(Header()));
        yield return Refused("a global size", new RawTar().Extension('g', Record("size", "512")).File("f", "x"));
        yield return Refused("a global path", new RawTar().Extension('g', Record("path", "evil")).File("f", "x"));
    }

    private static IEnumerable<HostileCase> Records()
    {
        yield return Refused("a record that is longer than its header", new RawTar().Extension('x', "99 path=evil\n").Add(Header()));
        yield return Refused("a record that ends in another", new RawTar().Extension('x', "12 path=evil\n13 path=good\n").Add(Header()));
        yield return Refused("a record with a length of 2^64", new RawTar().Extension('x', "18446744073709551628 path=evil\n").Add(Header()));
        yield return Refused("a record without a keyword", new RawTar().Extension('x', "8 =evil\n").Add(Header()));
        yield return Refused("a NUL in a path", new RawTar().Pax(("path", "good\0../../evil")).Add(Header()));
        yield return Refused("a NUL in a link target", new RawTar().Pax(("linkpath", "good\0evil")).Add(Header("l", '2')));
        yield return Refused("two extended headers", new RawTar().Pax(("path", "a")).Pax(("path", "../evil")).Add(Header()));
        yield return Refused("two long names", new RawTar().Extension('L', "a\0").Extension('L', "b\0").Add(Header()));
        yield return Refused("a PAX and a GNU name", new RawTar().Pax(("path", "a")).Extension('L', "b\0").Add(Header()));
        yield return Refused("an xattr without a name", new RawTar().Pax(("SCHILY.xattr.", "x")).Add(Header()));
        yield return Refused("a capability that is none", new RawTar().Pax(("SCHILY.xattr.security.capability", "x")).Add(Header()));
        yield return Refused("an access list that is none", new RawTar().Pax(("SCHILY.xattr.system.posix_acl_access", "x")).Add(Header()));
        yield return Refused("an access list as wrong text", new RawTar().Pax(("SCHILY.acl.access", "user::rwx,user:0x0:rwx")).Add(Header()));
        yield return Refused("a time that is none", new RawTar().Pax(("mtime", "1e99")).Add(Header()));
    }

    private static IEnumerable<HostileCase> Sparse()
    {
        foreach ((string what, string map) in new[]
        {
            ("out of order", "4,2,2,2"), ("overlapping", "0,3,2,1"), ("beyond the end", "0,2,8,3"), ("that runs over", "9223372036854775807,4"),
            ("cut off", "0,4,5"), ("of less than is stored", "0,2"), ("of more than is stored", "0,8"), ("with a sign", "-1,4"), ("of words", "a,b"),
        })
        {
            yield return Refused($"a sparse map {what}", new RawTar().Pax(("GNU.sparse.map", map), ("GNU.sparse.size", "10")).Add(Header(size: Octal(4))).Data("abcd"));
        }

        yield return Refused("a sparse map of 2^62 entries in the data", new RawTar()
            .Pax(("GNU.sparse.major", "1"), ("GNU.sparse.minor", "0"), ("GNU.sparse.realsize", "10")).Add(Header(size: Octal(1024))).Data("4611686018427387904\n").Data(""));
        yield return Refused("a sparse map of more entries than there are data", new RawTar()
            .Pax(("GNU.sparse.major", "1"), ("GNU.sparse.minor", "0"), ("GNU.sparse.realsize", "10")).Add(Header(size: Octal(512))).Data("1000\n"));
        yield return Refused("a sparse map of an unknown version", new RawTar().Pax(("GNU.sparse.major", "9"), ("GNU.sparse.minor", "0"), ("GNU.sparse.size", "1")).Add(Header()));
        yield return Refused("a sparse map without a size", new RawTar().Pax(("GNU.sparse.map", "0,4")).Add(Header(size: Octal(4))).Data("abcd"));
        yield return Refused("a sparse link", new RawTar().Pax(("GNU.sparse.map", "0,0"), ("GNU.sparse.size", "0")).Add(Header("l", '2', link: "x")));
        yield return Refused("a sparse file of star", new RawTar().Add(Header("f", 'S')));
    }

    private static IEnumerable<HostileCase> Streams()
    {
        byte[] gzip = Gzip(s_tar);
        yield return Packed("gzip without a trailer", gzip[..^8]);
        yield return Packed("gzip with half a trailer", gzip[..^4]);
        yield return Packed("gzip cut off", gzip[..(gzip.Length / 2)]);
        yield return Packed("gzip with a wrong checksum", [.. gzip[..^8], 1, 2, 3, 4, .. gzip[^4..]]);
        yield return Packed("gzip with a wrong length", [.. gzip[..^4], 1, 2, 3, 4]);
        yield return Packed("gzip with something behind it", [.. gzip, 0]);
        yield return Packed("gzip with reserved flags", [.. gzip[..3], 0xe0, .. gzip[4..]]);
        yield return Packed("gzip that is a header only", gzip[..10]);
        yield return Packed("gzip with a name without an end", [.. gzip[..3], 8, .. gzip[4..10], .. new byte[1000].Select(_ => (byte)'n')]);
        yield return Packed("gzip with bytes that are not deflate", [.. gzip[..10], .. new byte[100].Select(_ => (byte)0xff)]);
        yield return new("gzip with another layer in a second member", Outcome.Refused, image => image.Packed(
            ([.. gzip, .. Gzip(new RawTar().File("evil", "x").End().ToArray())], s_tar)));
        yield return Packed("zstd that is a magic only", [0x28, 0xb5, 0x2f, 0xfd]);
        yield return Packed("zstd with a window of 2 GiB", [0x28, 0xb5, 0x2f, 0xfd, 0x00, 0xa8, 0x01, 0x00, 0x00], "--max-zstd-window");
        yield return Packed("zstd with a reserved block", [0x28, 0xb5, 0x2f, 0xfd, 0x00, 0x58, 0x07, 0x00, 0x00]);
        yield return Packed("zstd with a skippable frame that does not end", [0x50, 0x2a, 0x4d, 0x18, 0xff, 0xff, 0xff, 0xff, 1, 2, 3]);
        yield return Packed("bzip2 that is a magic only", [.. "BZh9"u8, 0x31, 0x41, 0x59, 0x26, 0x53, 0x59]);
        yield return Packed("bzip2 with a wrong block", [.. "BZh9"u8, 0x31, 0x41, 0x59, 0x26, 0x53, 0x59, .. new byte[100].Select((_, i) => (byte)(i * 37))]);
        yield return new("a layer that is another one", Outcome.Refused, image => image.Packed((s_tar, new RawTar().File("other", "x").End().ToArray())));
        yield return new("bytes behind the archive's end", Outcome.Refused, image => image.Packed(([.. s_tar, 1, 2, 3], s_tar)));
    }

    private static byte[] Gzip(byte[] data)
    {
        using MemoryStream packed = new();
        using (GZipStream gzip = new(packed, CompressionLevel.Fastest))
        {
            gzip.Write(data);
        }

        return packed.ToArray();
    }

    private static HostileCase Packed(string name, byte[] blob, params string[] says) =>
        new(name, Outcome.Refused, image => image.Packed((blob, s_tar))) { Says = says };

    private static HostileCase Refused(string name, RawTar tar) => new(name, Outcome.Refused, image => image.Layers(tar.End().ToArray()));
}
