using LayerStore;
using LayerStore.Tar;
using Microsoft.Win32.SafeHandles;
using Snapshotter.Layers;

namespace Snapshotter.Tests.Layers;

/// <summary>
/// Writes a layer down as lines: <c>/</c> the root, <c>a/</c> a directory, <c>a/f</c> a file, <c>l -> t</c> a symbolic
/// link, <c>h => f</c> a hard link, <c>!x</c> a whiteout.
/// </summary>
internal sealed class RecordingSink : ILayerSink
{
    public List<TarEntry> Entries { get; } = [];

    public List<string> Lines { get; } = [];

    public Dictionary<string, byte[]> Contents { get; } = [];

    public Action<TarEntry>? Adding { get; init; }

    public bool IsFinished { get; private set; }

    public TarEntry this[string path] => Entries.Single(entry => entry.Name == ByteString.FromText(path));

    public void Add(TarEntry entry, SafeFileHandle? content)
    {
        Assert.False(IsFinished);
        Adding?.Invoke(entry);
        Entries.Add(entry);
        Lines.Add(entry.Type switch
        {
            TarEntryType.Directory => $"{entry.Name}/",
            TarEntryType.SymbolicLink => $"{entry.Name} -> {entry.LinkName}",
            TarEntryType.HardLink => $"{entry.Name} => {entry.LinkName}",
            _ => entry.Name.ToString(),
        });
        if (entry.Type == TarEntryType.RegularFile)
        {
            byte[] bytes = new byte[entry.Size];
            Assert.Equal(bytes.Length == 0, content is null);
            Assert.Equal(bytes.Length, content is null ? 0 : RandomAccess.Read(content, bytes, 0));
            Contents[entry.Name.ToString()] = bytes;
        }
    }

    public void AddWhiteout(ByteString path)
    {
        Assert.False(IsFinished);
        Lines.Add($"!{path}");
    }

    public void Finish() => IsFinished = true;
}
