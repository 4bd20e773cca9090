using LayerStore.Tar;
using static LayerStore.Tests.Tar.RawTar;
using static LayerStore.Tests.Tar.TarTools;

namespace LayerStore.Tests.Tar;

/// <summary>Thousands of damaged archives, the same ones each time: a clear refusal or entries, and never anything else.</summary>
public class TarFuzzTests
{
    private static readonly TarLimits s_limits = new() { MaxTotalBytes = 64 << 20, MaxEntries = 1000 };

    [Fact]
    public void Damaged_archives_are_refused_cleanly()
    {
        byte[][] seeds = Seeds();
        int refused = 0;
        for (int round = 0; round < 6000; round++)
        {
            System.Random random = new(round);
            byte[] archive = (byte[])seeds[round % seeds.Length].Clone();
            Mutate(archive, random);
            if (random.Next(4) == 0)
            {
                archive = archive[..random.Next(archive.Length)];
            }

            try
            {
                ReadAll(archive, s_limits, maxRead: 1000);
            }
            catch (LayerStoreException e) when (e.Kind == ErrorKind.DataLoss)
            {
                refused++;
            }
        }

        Assert.InRange(refused, 1000, 5999);
    }

    /// <summary>Changes a few bytes; then makes the checksums right again most of the time, or nothing behind them would be reached.</summary>
    private static void Mutate(byte[] archive, System.Random random)
    {
        for (int i = random.Next(1, 6); i > 0; i--)
        {
            int at = random.Next(3) == 0 ? random.Next(archive.Length) : (random.Next(archive.Length / 512) * 512) + random.Next(512);
            archive[at] = random.Next(6) switch
            {
                0 => 0,
                1 => 0xFF,
                2 => (byte)('0' + random.Next(10)),
                3 => (byte)(archive[at] ^ (1 << random.Next(8))),
                4 => (byte)"xgLKSVMNDA0123456789=\n ,"[random.Next(24)],
                _ => (byte)random.Next(256),
            };
        }

        if (random.Next(10) > 0)
        {
            for (int block = 0; block + 512 <= archive.Length; block += 512)
            {
                if (archive.AsSpan(block + 257, 5).SequenceEqual("ustar"u8))
                {
                    byte[] header = archive[block..(block + 512)];
                    Seal(header);
                    header.CopyTo(archive, block);
                }
            }
        }
    }

    private static byte[][] Seeds() =>
    [
        new RawTar()
            .Pax(("path", "some/name"), ("mtime", "1.5"), ("SCHILY.xattr.user.a", "b"), ("SCHILY.acl.access", "user::rwx,user:1:r--,group::r--,mask::r--,other::r--"))
            .File("f", "content").Extension('g', Record("comment", "x")).Extension('L', "long\0").Extension('K', "link\0").Add(Header("l", '2'))
            .Add(Header("d/", '5')).Add(Header("h", '1', link: "f")).Add(Header("c", '3', major: "0000001", minor: "0000003")).End().ToArray(),
        new RawTar()
            .Pax(("GNU.sparse.major", "1"), ("GNU.sparse.minor", "0"), ("GNU.sparse.name", "s"), ("GNU.sparse.realsize", "100"))
            .Add(Header("s", size: Octal(515))).Data("2\n0\n1\n50\n2\n".PadRight(512, '\0') + "abc").File("f", "x").End().ToArray(),
        new RawTar()
            .Pax(("GNU.sparse.map", "0,1,50,2"), ("GNU.sparse.size", "100"), ("LIBARCHIVE.xattr.user.a%3d", "AAH/")).Add(Header("s", size: Octal(3))).Data("abc")
            .Pax(("GNU.sparse.size", "9"), ("GNU.sparse.offset", "1"), ("GNU.sparse.numbytes", "2"), ("GNU.sparse.offset", "5"), ("GNU.sparse.numbytes", "1"))
            .Add(Header("t", size: Octal(3))).Data("abc").End().ToArray(),
        new RawTar()
            .Add(Header("s", 'S', Octal(2), magic: "ustar  \0", change: block =>
            {
                Latin1("00000000000\000000000001\000000000100\000000000001\0").CopyTo(block, 386);
                block[482] = 1;
                Latin1("00000001000").CopyTo(block, 483);
            })).Add(new byte[512]).Data("ab").File("f", "x").End().ToArray(),
        new RawTar().File("a", new string('x', 3000)).Add(Header("v", magic: "", size: Octal(2))).Data("yz").End().ToArray(),
    ];
}
