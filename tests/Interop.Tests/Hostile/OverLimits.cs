using System.IO.Compression;
using LayerStore.Tests.Tar;
using static LayerStore.Tests.Tar.RawTar;

namespace Interop.Tests.Hostile;

/// <summary>An image for each limit that is over it: the error names the limit and its option.</summary>
internal static class OverLimits
{
    public static IReadOnlyList<HostileCase> All { get; } =
    [
        Over("MaxEntries", "--max-entries", "1", new RawTar().File("a", "x").File("b", "x")),
        Over("MaxTotalBytes", "--max-layer-size", "1M", new RawTar().Pax(("GNU.sparse.map", "0,0"), ("GNU.sparse.size", "2000000")).Add(Header())),
        Over("MaxBytes", "--max-layer-size", "4K", new RawTar().File("a", new string('x', 5000))),
        Over("MaxFileBytes", "--max-file-size", "1K", new RawTar().File("a", new string('x', 5000))),
        Over("MaxPathBytes", "--max-path-length", "10", new RawTar().File("a/path/that/is/long", "x")),
        Over("MaxPathBytes", "--max-path-length", "11", new RawTar().Add(Header("l", '2', link: "a/path/that/is/long"))),
        Over("MaxDepth", "--max-depth", "3", new RawTar().File("a/b/c/d", "x")),
        Over("MaxXattrBytes", "--max-xattr-size", "10", new RawTar().Pax(("SCHILY.xattr.user.a", new string('x', 11))).Add(Header())),
        Over("MaxHeaderBytes", "--max-header-size", "100", new RawTar().Pax(("comment", new string('x', 100))).Add(Header())),
        Over("MaxHeaderRecords", "--max-header-records", "2", new RawTar().Pax(("a", "1"), ("b", "1"), ("c", "1")).Add(Header())),
        Over("MaxMemoryBytes", "--max-memory", "1K", new RawTar().File("a", "x").File("b", "x").File("c", "x").File("d", "x").File("e", "x").File("f", "x")),
        new("over MaxRatio", Outcome.Refused, image =>
        {
            byte[] tar = [.. Header("zeros", size: Octal(70 << 20)), .. new byte[(70 << 20) + 1024]];
            using MemoryStream packed = new();
            using (GZipStream gzip = new(packed, CompressionLevel.Optimal, leaveOpen: true))
            {
                gzip.Write(tar);
            }

            image.Packed((packed.ToArray(), tar));
            image.Options = ["--max-ratio", "100"];
        }) { Says = ["MaxRatio", "--max-ratio"] },
        new("over MaxZstdWindow", Outcome.Refused, image =>
        {
            byte[] tar = new RawTar().File("f", new string('x', 3 << 20)).End().ToArray();
            byte[] packed = new ToolCommand("zstd", "-q", "-c", "--ultra", "--long=25", "--no-content-size") { Input = tar }.Run().Expect().OutputBytes;
            image.Packed((packed, tar));
            image.Options = ["--max-zstd-window", "1M"];
        }) { Says = ["MaxZstdWindow", "--max-zstd-window"] },
        Document("MaxDocumentBytes", "--max-json-size", "100", json => json),
        Document("MaxDocumentDepth", "--max-json-depth", "4", json => json.Insert(json.Length - 1, ",\"x\":[[[[]]]]")),
        new("over MaxIndexDepth", Outcome.Refused, image =>
        {
            const string type = "application/vnd.oci.image.index.v1+json";
            string inner = image.Blob(type, "{\"schemaVersion\":2,\"manifests\":[]}");
            string outer = image.Blob(type, $"{{\"schemaVersion\":2,\"manifests\":[{inner}]}}", HostileImage.Named);
            image.Index(HostileImage.IndexOf(outer));
            image.Options = ["--max-index-depth", "1"];
        }) { Says = ["MaxIndexDepth", "--max-index-depth"] },
        new("over MaxTime", Outcome.Refused, image =>
        {
            // One file, made and replaced 200,000 times: far more than a second's work.
            using MemoryStream tar = new();
            for (byte[] header = Header("f"); tar.Length < 200_000 * header.Length;)
            {
                tar.Write(header);
            }

            tar.Write(new byte[1024]);
            image.Layers(tar.ToArray());
            image.Options = ["--max-time", "1s"];
        }) { Says = ["MaxTime", "--max-time"] },
    ];

    private static HostileCase Over(string limit, string option, string value, RawTar tar) => new($"over {limit}, {option} {value}", Outcome.Refused, image =>
    {
        image.Layers(tar.End().ToArray());
        image.Options = [option, value];
    })
    { Says = [limit, option] };

    private static HostileCase Document(string limit, string option, string value, Func<string, string> edit) => new($"over {limit}", Outcome.Refused, image =>
    {
        image.Edited(manifest: edit);
        image.Options = [option, value];
    })
    { Says = [limit, option] };
}
