using System.Text;
using LayerStore;
using LayerStore.Tar;

namespace Snapshotter.Tests.Layers.Apply;

/// <summary>A layer's tar, written entry by entry: <c>new TestLayer().File("a", "text").Link("b", "a")</c>.</summary>
internal sealed class TestLayer
{
    private readonly List<(TarEntry Entry, byte[] Content)> _entries = [];

    /// <summary>What entries get that do not say otherwise.</summary>
    public static Timestamp Time { get; } = new(1_600_000_000, 123_456_789);

    public IReadOnlyList<(TarEntry Entry, byte[] Content)> Entries => _entries;

    public static ByteString Bytes(string text) => new(Encoding.Latin1.GetBytes(text));

    public TestLayer Add(TarEntry entry, byte[]? content = null)
    {
        content ??= [];
        _entries.Add((entry with { Size = content.Length }, content));
        return this;
    }

    public TestLayer File(string name, string content = "", uint mode = 0x1a4, uint owner = 0, params Xattr[] xattrs) =>
        Add(Entry(name, TarEntryType.RegularFile, mode, owner, xattrs), Encoding.Latin1.GetBytes(content));

    public TestLayer Dir(string name, uint mode = 0x1ed, uint owner = 0, params Xattr[] xattrs) =>
        Add(Entry(name, TarEntryType.Directory, mode, owner, xattrs));

    public TestLayer Symlink(string name, string target, params Xattr[] xattrs) =>
        Add(Entry(name, TarEntryType.SymbolicLink, 0x1ff, 0, xattrs) with { LinkName = Bytes(target) });

    public TestLayer Link(string name, string target, uint mode = 0x1a4, uint owner = 0) =>
        Add(Entry(name, TarEntryType.HardLink, mode, owner, []) with { LinkName = Bytes(target) });

    public TestLayer Fifo(string name) => Add(Entry(name, TarEntryType.Fifo, 0x1a4, 0, []));

    public TestLayer Device(string name, uint major, uint minor, TarEntryType type = TarEntryType.CharacterDevice) =>
        Add(Entry(name, type, 0x1a4, 0, []) with { DeviceMajor = major, DeviceMinor = minor });

    /// <summary>Changes the entry that was added last.</summary>
    public TestLayer Again(Func<TarEntry, TarEntry> change)
    {
        _entries[^1] = (change(_entries[^1].Entry), _entries[^1].Content);
        return this;
    }

    /// <summary>A whiteout of a path.</summary>
    public TestLayer Whiteout(string path)
    {
        int slash = path.LastIndexOf('/') + 1;
        return File($"{path[..slash]}.wh.{path[slash..]}");
    }

    /// <summary>An opaque whiteout in a directory.</summary>
    public TestLayer Opaque(string directory) => File(directory.Length == 0 ? ".wh..wh..opq" : $"{directory}/.wh..wh..opq");

    public TarReader Open()
    {
        MemoryStream stream = new();
        WriteTo(stream);
        stream.Position = 0;
        return new TarReader(stream);
    }

    /// <summary>Writes the tar.</summary>
    public void WriteTo(Stream stream)
    {
        TarWriter writer = new(stream);
        foreach ((TarEntry entry, byte[] content) in _entries)
        {
            writer.WriteEntry(entry);
            if (content.Length > 0)
            {
                writer.WriteContent(content);
            }
        }

        writer.Finish();
    }

    public override string ToString() => string.Join("\n", _entries.Select(static e =>
        $"  {e.Entry.Type} {e.Entry.Name}{(e.Entry.LinkName.IsEmpty ? "" : $" -> {e.Entry.LinkName}")} {Convert.ToString(e.Entry.Mode, 8)} {e.Entry.UserId}"
        + $" {string.Join(',', e.Entry.Xattrs.Select(static x => $"{x.Name}={x.Value}"))} {Encoding.Latin1.GetString(e.Content)}"));

    private static TarEntry Entry(string name, TarEntryType type, uint mode, uint owner, Xattr[] xattrs) => new()
    {
        Name = Bytes(name),
        Type = type,
        Mode = mode,
        UserId = owner,
        GroupId = owner,
        ModifiedAt = Time,
        Xattrs = [.. xattrs.OrderBy(static x => x.Name)],
    };
}
