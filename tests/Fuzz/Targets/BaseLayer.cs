using System.Text;
using LayerStore;
using LayerStore.Tar;

namespace Fuzz.Targets;

/// <summary>What is there before a mutated layer is applied: files, links of every kind, some of which point outside.</summary>
internal static class BaseLayer
{
    /// <summary>The layer.</summary>
    public static byte[] Make(string outside)
    {
        using MemoryStream tar = new();
        TarWriter writer = new(tar);
        foreach (string name in (string[])["./", "d/", "d/sub/", "e/"])
        {
            writer.WriteEntry(Entry(name, TarEntryType.Directory) with { Mode = 0x1ED });
        }

        foreach (string name in (string[])["a", "b", "d/f", "d/sub/g", "h1"])
        {
            byte[] content = Encoding.ASCII.GetBytes($"base {name}");
            writer.WriteEntry(Entry(name, TarEntryType.RegularFile) with
            {
                Size = content.Length,
                Xattrs = name == "a" ? [new Xattr(ByteString.FromText("user.base"), ByteString.FromText("1"))] : [],
            });
            writer.WriteContent(content);
        }

        writer.WriteEntry(Entry("h2", TarEntryType.HardLink) with { LinkName = ByteString.FromText("h1") });
        foreach ((string name, string link) in ((string, string)[])[("up", ".."), ("abs", "/"), ("out", "../outside"), ("outabs", outside), ("loop", "loop"), ("dlink", "d")])
        {
            writer.WriteEntry(Entry(name, TarEntryType.SymbolicLink) with { LinkName = ByteString.FromText(link), Mode = 0x1FF });
        }

        writer.WriteEntry(Entry("fifo", TarEntryType.Fifo));
        writer.Finish();
        return tar.ToArray();
    }

    private static TarEntry Entry(string name, TarEntryType type) =>
        new() { Name = ByteString.FromText(name), Type = type, Mode = 0x1A4, ModifiedAt = new Timestamp(1000, 5) };
}
