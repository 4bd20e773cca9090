using LayerStore.Tests.Tar;
using static LayerStore.Tests.Tar.RawTar;

namespace Interop.Tests.Differential.Corpus;

/// <summary>How an archive ends.</summary>
internal static class HandMadeEnds
{
    /// <summary>All, by name.</summary>
    public static IEnumerable<KeyValuePair<string, RawTar>> All =>
    [
        new("empty-archive", new RawTar().End()),
        new("empty-file", new RawTar()),
        new("end-without-zeros", new RawTar().File("f", "1")),
        new("end-with-one-zero-block", new RawTar().File("f", "1").Add(new byte[512])),
        new("end-without-padding", new RawTar().Add(Header("f", size: Octal(1))).Add(Latin1("1"))),
        new("end-inside-content", new RawTar().Add(Header("f", size: Octal(1000))).Add(new byte[600])),
        new("end-inside-a-header", new RawTar().File("f", "1").Add(Header("g")[..300])),
        new("one-zero-block-inside", new RawTar().File("f", "1").Add(new byte[512]).File("g", "2").End()),
        new("entries-after-the-end", new RawTar().File("f", "1").End().File("g", "2").End()),
        new("garbage-after-the-end", new RawTar().File("f", "1").End().Data("garbage")),
        new("padded-to-10-kib", new RawTar().File("f", "1").End().Add(new byte[10240 - (4 * 512)])),
        new("padding-not-zero", new RawTar().Add(Header("f", size: Octal(1))).Add(Latin1("1" + new string('x', 511))).End()),
    ];
}
