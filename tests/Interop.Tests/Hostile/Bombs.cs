using System.Text;
using static LayerStore.Tests.Tar.RawTar;

namespace Interop.Tests.Hostile;

/// <summary>Small images that stand for much: of bytes, names, attributes, links, records, documents.</summary>
internal static class Bombs
{
    private static readonly byte[] s_end = new byte[1024];

    public static IReadOnlyList<HostileCase> All { get; } = [.. Streams(), .. Archives(), .. Documents()];

    private static IEnumerable<HostileCase> Streams()
    {
        yield return Packed("gzip of 6 GiB behind the archive's end", () => [.. Bomb.Gzip(tar => tar.Write(s_end)), .. Bomb.Repeat(Bomb.Zeros("gzip"), 100)], "MaxBytes", "--max-layer-size", "256M");
        yield return Packed("gzip of a file of 6 GiB", () => [.. Bomb.Gzip(tar => tar.Write(Header("f", size: Octal(100L * (64 << 20))))), .. Bomb.Repeat(Bomb.Zeros("gzip"), 100)], "MaxTotalBytes", "--max-layer-size", "256M");
        yield return Packed("zstd of 6 GiB", () => Bomb.Repeat(Bomb.Zeros("zstd"), 100), "MaxBytes", "--max-ratio", "100000", "--max-layer-size", "256M");
        yield return Packed("zstd of 128 MiB behind an archive, over the ratio", () => [.. Zstd(s_end), .. Bomb.Repeat(Bomb.Zeros("zstd"), 3)], "MaxRatio");
        yield return Packed("bzip2 of 192 MiB behind an archive, over the ratio", () => [.. Bzip2(s_end), .. Bomb.Repeat(Bomb.Zeros("bzip2"), 3)], "MaxRatio");
        yield return Packed("gzip in gzip", () => Bomb.Gzip(outer => outer.Write(Bomb.Repeat(Bomb.Zeros("gzip"), 100))), "the tar is not valid");
        yield return Packed("a million empty members of gzip", () => Bomb.Repeat([0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3, 3, 0, 0, 0, 0, 0, 0, 0, 0, 0], 1_000_000), "diffID");
        yield return new("four layers with windows of 128 MiB", Outcome.Refused, image =>
        {
            image.Packed([.. Enumerable.Range(0, 4).Select(i => (Window(i), new byte[1024 + i]))]); // Layers of one diffID are unpacked once.
            image.Options = ["--max-ratio", "100000"];
        })
        { Says = ["diffID"] };
        yield return new("a docker-archive of 6 GiB in zstd", Outcome.Refused, image =>
        {
            string path = Path.Combine(image.Directory, "archive.tar");
            File.WriteAllBytes(path, Bomb.Repeat(Bomb.Zeros("zstd"), 100));
            image.Source = $"docker-archive:{path}";
        })
        { Says = ["MaxRatio"] };
    }

    private static IEnumerable<HostileCase> Archives()
    {
        yield return Many("files", 1_000_000, (tar, i) => tar.Write(Header($"{i}")), "MaxMemoryBytes");
        yield return Many("files with a content", 1_000_000, (tar, i) => tar.Write([.. Header($"{i}", size: Octal(1)), .. new byte[512]]), "MaxMemoryBytes");
        yield return Many("files with long names", 600_000, (tar, i) => Entry(tar, Header(), ("path", $"{i}".PadLeft(255, 'n'))), "MaxMemoryBytes");
        yield return Many("directories", 400_000, (tar, i) => tar.Write(Header($"{i}", '5')), "MaxMemoryBytes");
        yield return Many("directories with long paths", 100_000, (tar, i) => Entry(tar, Header("d", '5'), ("path", $"{Long}{i}")), "MaxMemoryBytes");
        yield return Many("directories that only paths name", 2_000, (tar, i) => Entry(tar, Header(), ("path", $"{i}/{string.Concat(Enumerable.Repeat("d/", 1000))}f")), "MaxMemoryBytes");
        yield return Many("directories with an xattr of 60 KiB", 5_000, (tar, i) => Entry(tar, Header($"{i}", '5'), ("SCHILY.xattr.trusted.x", new string('x', 60 << 10))), "MaxMemoryBytes");
        yield return Many("files with an xattr of 60 KiB", 500, (tar, i) => Entry(tar, Header($"{i}"), ("SCHILY.xattr.trusted.x", new string('x', 60 << 10))), "diffID");
        yield return Many("entries for the root", 1_000_000, (tar, _) => tar.Write(Header("./", '5')), "MaxMemoryBytes");
        yield return Many("names of one file", 1_000_000, (tar, i) => tar.Write(i == 0 ? Header("f0") : Header($"f{i}", '1', link: "f0")), "MaxMemoryBytes");
        yield return Many("hard links to files of no layer", 500_000, (tar, i) => tar.Write(Header($"f{i}", '1', link: $"none{i}")), "MaxMemoryBytes");
        yield return Many("whiteouts", 1_000_000, (tar, i) => tar.Write(Header($".wh.{i}")), "MaxMemoryBytes");
        yield return Many("opaque directories", 400_000, (tar, i) => tar.Write(Header($"{i}/.wh..wh..opq")), "MaxMemoryBytes");
        yield return Many("entries for one file", 300_000, (tar, i) => tar.Write(Header("f")), "MaxEntries", "--max-entries", "100000");
        yield return Many("links that lead deeper", 2_000, Deeper, "MaxDepth");
        yield return Many("sparse files of 1 TiB", 100, (tar, i) => Entry(tar, Header($"{i}"), ("GNU.sparse.map", "0,0"), ("GNU.sparse.size", "1099511627776")), "MaxTotalBytes", "--max-layer-size", "1G");
        yield return Many("global headers of 1 MiB", 2_000, (tar, i) => Entry(tar, [], 'g', ("comment", new string('x', (1 << 20) - 100))), "diffID");
        yield return Many("header of 150,000 records", 1, (tar, _) => Entry(tar, Header(), [.. Enumerable.Range(0, 150_000).Select(i => ("a", ""))]), "MaxHeaderRecords");
        yield return Many("file with 30,000 xattrs", 1, (tar, _) => Entry(tar, Header(), [.. Enumerable.Range(0, 30_000).Select(i => ($"SCHILY.xattr.trusted.{i}", ""))]), "error");
        yield return Many("path of 1 MiB", 1, (tar, _) => Entry(tar, Header(), ("path", string.Concat(Enumerable.Repeat("a/", (1 << 19) - 100)))), "MaxPathBytes");
        yield return Many("sparse file of 60,000 segments", 1, (tar, _) => Entry(tar, Header(), ("GNU.sparse.map", string.Join(',', Enumerable.Range(0, 60_000).Select(i => $"{i * 2},0"))), ("GNU.sparse.size", "200000")), "diffID");
    }

    private static string Long => string.Concat(Enumerable.Repeat(new string('d', 250) + "/", 15));

    private static IEnumerable<HostileCase> Documents()
    {
        const int size = (4 << 20) - 2000;
        yield return Manifest("4 MiB of empty lists", json => Add(json, $"\"x\":[{string.Join(',', Enumerable.Repeat("[]", size / 3))}]"), Outcome.Harmless);
        yield return Manifest("400,000 keys", json => Add(json, string.Join(',', Enumerable.Range(0, 380_000).Select(i => $"\"{i}\":1"))), Outcome.Harmless);
        yield return Manifest("190,000 annotations", json => Add(json, $"\"annotations\":{{{string.Join(',', Enumerable.Range(0, 190_000).Select(i => $"\"{i}\":\"\""))}}}"), Outcome.Harmless);
        yield return Manifest("4 MiB of escapes", json => Add(json, $"\"annotations\":{{\"a\":\"{string.Concat(Enumerable.Repeat("\\u0041", size / 6))}\"}}"), Outcome.Harmless);
        yield return Manifest("one key of 4 MiB", json => Add(json, $"\"{new string('k', size)}\":1"), Outcome.Harmless);
        yield return new("a config with 50,000 diffIDs", Outcome.Refused, image => image.Edited(config: json => json.Replace(
            "\"diff_ids\":[", "\"diff_ids\":[" + string.Concat(Enumerable.Range(0, 50_000).Select(i => $"\"sha256:{i:x64}\",")), StringComparison.Ordinal)));
        yield return new("a config with 800,000 steps in its history", Outcome.Harmless, image => image.Edited(config: json => Add(json, $"\"history\":[{string.Join(',', Enumerable.Repeat("{}", size / 3))}]")));
    }

    /// <summary>A link to the deepest directory so far, and a thousand directories below it.</summary>
    private static void Deeper(Stream tar, int i)
    {
        string below = string.Concat(Enumerable.Repeat("d/", 900));
        if (i > 0)
        {
            Entry(tar, Header("l", '2'), ("path", $"l{i}"), ("linkpath", (i > 1 ? $"l{i - 1}/" : "") + below));
        }

        Entry(tar, Header(), ("path", (i > 0 ? $"l{i}/" : "") + below + "f"));
    }

    private static string Add(string json, string more) => $"{json[..^1]},{more}}}";

    private static byte[] Zstd(byte[] data) => new ToolCommand("zstd", "-q", "-c") { Input = data }.Run().Expect().OutputBytes;

    private static byte[] Bzip2(byte[] data) => new ToolCommand("bzip2", "-c") { Input = data }.Run().Expect().OutputBytes;

    /// <summary>A frame that needs a window of 128 MiB, and fills it.</summary>
    private static byte[] Window(int seed)
    {
        byte[] data = new byte[160 << 20];
        data[0] = (byte)seed;
        data.AsSpan(0, 512).Clear();
        Header($"{seed}", size: Octal(data.Length - 512)).CopyTo(data, 0);
        return new ToolCommand("zstd", "-q", "-c", "--long=27", "--no-content-size") { Input = data }.Run().Expect().OutputBytes;
    }

    private static void Entry(Stream tar, byte[] header, params (string Key, string Value)[] records) => Entry(tar, header, 'x', records);

    private static void Entry(Stream tar, byte[] header, char type, params (string Key, string Value)[] records)
    {
        byte[] data = Encoding.Latin1.GetBytes(string.Concat(records.Select(record => Record(record.Key, record.Value))));
        tar.Write(Header("x", type, Octal(data.Length)));
        tar.Write(data);
        tar.Write(new byte[-data.Length & 511]);
        tar.Write(header);
    }

    private static HostileCase Manifest(string what, Func<string, string> edit, Outcome outcome) => new($"a manifest of {what}", outcome, image => image.Edited(manifest: edit));

    private static HostileCase Many(string what, int count, Action<Stream, int> add, string says, params string[] options) => Packed(
        $"{count} {what}",
        () => Bomb.Gzip(tar =>
        {
            for (int i = 0; i < count; i++)
            {
                add(tar, i);
            }

            tar.Write(s_end);
        }),
        says,
        options);

    private static HostileCase Packed(string name, Func<byte[]> blob, string says, params string[] options) => new(name, Outcome.Refused, image =>
    {
        image.Packed((blob(), s_end));
        image.Options = options;
    })
    { Says = [says] };
}
