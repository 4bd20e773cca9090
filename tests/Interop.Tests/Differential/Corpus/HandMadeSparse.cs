using LayerStore.Tests.Tar;
using static LayerStore.Tests.Tar.RawTar;

namespace Interop.Tests.Differential.Corpus;

/// <summary>Sparse files in all forms of GNU tar, whole and broken ("Storing Sparse Files" in its manual).</summary>
internal static class HandMadeSparse
{
    // GNU tar writes whole blocks, but for the last piece.
    private static readonly string s_block = new('h', 512);

    private const string Gnu = "ustar  \0";

    /// <summary>All, by name.</summary>
    public static IEnumerable<KeyValuePair<string, RawTar>> All =>
    [
        new("sparse-old-gnu", new RawTar().Add(OldGnu(Octal(516), "00000010000", [(0, 512), (2048, 4), (4096, 0)])).Data(s_block + "tail").File("after", "2").End()),
        new("sparse-old-gnu-continued", new RawTar()
            .Add(OldGnu(Octal(5 * 512), "00000100000", [(0, 512), (1024, 512), (2048, 512), (4096, 512)], continued: true))
            .Add(Continuation([(8192, 512), (32768, 0)]))
            .Data(string.Concat(Enumerable.Repeat(s_block, 5))).File("after", "2").End()),
        new("sparse-old-gnu-with-ustar-magic", new RawTar().Add(OldGnu(Octal(512), "00000010000", [(0, 512), (4096, 0)], magic: "ustar\000")).Data(s_block).End()),
        new("sparse-old-gnu-of-part-blocks", new RawTar().Add(OldGnu(Octal(8), "00000002000", [(0, 4), (512, 4), (1024, 0)])).Data("headtail").File("after", "2").End()),
        new("sparse-0.0", new RawTar().Pax(
            ("GNU.sparse.size", "4096"), ("GNU.sparse.numblocks", "2"),
            ("GNU.sparse.offset", "0"), ("GNU.sparse.numbytes", "512"), ("GNU.sparse.offset", "2048"), ("GNU.sparse.numbytes", "4"))
            .File("f", s_block + "tail").File("after", "2").End()),
        new("sparse-0.1", new RawTar().Pax(("GNU.sparse.size", "4096"), ("GNU.sparse.numblocks", "2"), ("GNU.sparse.map", "0,512,2048,4"), ("GNU.sparse.name", "real"))
            .File("GNUSparseFile.1/f", s_block + "tail").File("after", "2").End()),
        new("sparse-1.0", new RawTar().Pax(Version("1", "0", "4096"))
            .Add(Header("GNUSparseFile.1/f", size: Octal(512 + 516))).Data("2\n0\n512\n2048\n4\n").Data(s_block + "tail").File("after", "2").End()),
        new("sparse-1.0-only-a-hole", new RawTar().Pax(Version("1", "0", "5000"))
            .Add(Header("GNUSparseFile.1/f", size: Octal(512))).Data("0\n").File("after", "2").End()),
        new("sparse-1.0-beyond-the-size", new RawTar().Pax(Version("1", "0", "100"))
            .Add(Header("GNUSparseFile.1/f", size: Octal(512 + 8))).Data("1\n200\n8\n").Data("headtail").File("after", "2").End()),
        new("sparse-1.0-overlapping", new RawTar().Pax(Version("1", "0", "2048"))
            .Add(Header("GNUSparseFile.1/f", size: Octal(512 + 1024))).Data("2\n0\n512\n256\n512\n").Data(s_block + s_block).File("after", "2").End()),
        new("sparse-2.0", new RawTar().Pax(Version("2", "0", "2000")).File("GNUSparseFile.1/f", "headtail").File("after", "2").End()),
    ];

    private static (string Key, string Value)[] Version(string major, string minor, string size) =>
        [("GNU.sparse.major", major), ("GNU.sparse.minor", minor), ("GNU.sparse.name", "real"), ("GNU.sparse.realsize", size)];

    private static byte[] OldGnu(string stored, string realSize, (long Offset, long Length)[] map, bool continued = false, string magic = Gnu) =>
        Header("f", 'S', stored, magic: magic, change: block =>
        {
            Put(block, 386, map);
            block[482] = (byte)(continued ? 1 : 0);
            Latin1(realSize).CopyTo(block, 483);
        });

    private static byte[] Continuation((long Offset, long Length)[] map)
    {
        var block = new byte[512];
        Put(block, 0, map);
        return block;
    }

    private static void Put(byte[] block, int start, (long Offset, long Length)[] map)
    {
        foreach (var (offset, length) in map)
        {
            Latin1(Octal(offset)).CopyTo(block, start);
            Latin1(Octal(length)).CopyTo(block, start + 12);
            start += 24;
        }
    }
}
