using System.Text;
using LayerStore;
using LayerStore.Tar;

namespace Snapshotter.Tests.Layers.Checking;

/// <summary>An image whose base layer holds many small files of all types, made from a seed, and whose second layer changes a few.</summary>
internal static class ManyFilesImage
{
    private const int FilesInDirectory = 50;

    /// <summary>Writes it as an OCI layout and returns its reference.</summary>
    /// <param name="directory">A directory to make.</param>
    /// <param name="count">How many entries the base layer has, about.</param>
    /// <param name="seed">Decides everything about them.</param>
    public static string Write(string directory, int count, int seed)
    {
        Directory.CreateDirectory(Path.Join(directory, "blobs/sha256"));
        File.WriteAllText(Path.Join(directory, "oci-layout"), """{"imageLayoutVersion":"1.0.0"}""");
        byte[][] layers = [Base(count, new Random(seed)), Second()];
        string diffIds = string.Join(',', layers.Select(layer => $"\"{Digest.Compute(layer)}\""));
        string config = Blob(directory, "config", Encoding.UTF8.GetBytes($$$"""{"os":"linux","architecture":"amd64","rootfs":{"type":"layers","diff_ids":[{{{diffIds}}}]}}"""));
        string blobs = string.Join(',', layers.Select(layer => Blob(directory, "layer.v1.tar", layer)));
        string manifest = Blob(
            directory,
            "manifest",
            Encoding.UTF8.GetBytes($$"""{"schemaVersion":2,"mediaType":"application/vnd.oci.image.manifest.v1+json","config":{{config}},"layers":[{{blobs}}]}"""));
        File.WriteAllText(Path.Join(directory, "index.json"), $$"""{"schemaVersion":2,"manifests":[{{manifest}}]}""");
        return $"oci:{directory}";
    }

    private static string Blob(string directory, string type, byte[] bytes)
    {
        Digest digest = Digest.Compute(bytes);
        File.WriteAllBytes(Path.Join(directory, "blobs/sha256", digest.Encoded), bytes);
        string suffix = type.Contains("tar", StringComparison.Ordinal) ? "" : ".v1+json";
        return $$"""{"mediaType":"application/vnd.oci.image.{{type}}{{suffix}}","digest":"{{digest}}","size":{{bytes.Length}}}""";
    }

    private static byte[] Base(int count, Random random)
    {
        using MemoryStream tar = new();
        TarWriter writer = new(tar);
        Add(writer, random, "", TarEntryType.Directory);
        for (int i = 0; i < count; i++)
        {
            string directory = $"d{i / FilesInDirectory / 10}/e{i / FilesInDirectory}";
            if (i % (FilesInDirectory * 10) == 0)
            {
                Add(writer, random, $"d{i / FilesInDirectory / 10}", TarEntryType.Directory);
            }

            if (i % FilesInDirectory == 0)
            {
                Add(writer, random, directory, TarEntryType.Directory);
            }

            (string name, TarEntryType type) = (i % 40) switch
            {
                7 => ($"l{i}", TarEntryType.SymbolicLink),
                13 => ($"h{i}", TarEntryType.HardLink),
                17 when i % 200 == 17 => ($"p{i}", TarEntryType.Fifo),
                17 when i % 200 == 57 => ($"c{i}", TarEntryType.CharacterDevice),
                19 => ($"f{i}\u00ff", TarEntryType.RegularFile),
                _ => ($"f{i}", TarEntryType.RegularFile),
            };
            Add(writer, random, $"{directory}/{name}", type, link: type == TarEntryType.HardLink ? $"{directory}/f{i - 1}" : $"../f{i}");
        }

        writer.Finish();
        return tar.ToArray();
    }

    private static byte[] Second()
    {
        using MemoryStream tar = new();
        TarWriter writer = new(tar);
        Random random = new(1);
        Add(writer, random, "", TarEntryType.Directory);
        Add(writer, random, "second", TarEntryType.Directory);
        Add(writer, random, "second/f", TarEntryType.RegularFile);
        writer.Finish();
        return tar.ToArray();
    }

    private static void Add(TarWriter writer, Random random, string path, TarEntryType type, string link = "")
    {
        byte[] content = type == TarEntryType.RegularFile ? new byte[random.Next(8) == 0 ? 0 : random.Next(1, 3000)] : [];
        random.NextBytes(content);
        List<Xattr> xattrs = [];
        if (type is TarEntryType.RegularFile or TarEntryType.Directory && random.Next(5) == 0)
        {
            xattrs.Add(new Xattr(ByteString.FromText("user.seed"), ByteString.FromText(random.Next().ToString())));
        }

        writer.WriteEntry(new TarEntry
        {
            Name = new ByteString(Encoding.Latin1.GetBytes(path)),
            Type = type,
            LinkName = type is TarEntryType.SymbolicLink or TarEntryType.HardLink ? ByteString.FromText(link) : ByteString.Empty,
            Mode = type == TarEntryType.Directory ? 0x1edu : (uint)random.Next(0x200),
            UserId = random.Next(3) == 0 ? (uint)random.Next(60000) : 0,
            GroupId = random.Next(3) == 0 ? (uint)random.Next(60000) : 0,
            ModifiedAt = new Timestamp(random.Next(), random.Next(1_000_000_000)),
            Size = content.Length,
            DeviceMajor = type == TarEntryType.CharacterDevice ? 1u : 0,
            DeviceMinor = type == TarEntryType.CharacterDevice ? 3u : 0,
            Xattrs = xattrs,
        });
        if (content.Length > 0)
        {
            writer.WriteContent(content);
        }
    }
}
