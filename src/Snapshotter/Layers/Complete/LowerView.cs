using LayerStore;
using Snapshotter.Linux;

namespace Snapshotter.Layers.Complete;

/// <summary>What the layers below show together. Paths are real, without links on the way.</summary>
/// <param name="root">Their read-only mount; null for none.</param>
internal sealed class LowerView(RootDirectory? root)
{
    private Dictionary<(ulong Device, ulong Inode), List<ByteString>>? _names;

    /// <summary>The status of a path, or null.</summary>
    public FileStatus? Stat(ByteString path) => root?.TryStatReal(path);

    /// <summary>The status of a path that may hold links, which are followed but for the last name; null if there is nothing.</summary>
    /// <exception cref="LayerStoreException"><see cref="ErrorKind.DataLoss"/>: a loop of links.</exception>
    public FileStatus? StatThroughLinks(ByteString path) => root?.TryStat(path);

    /// <summary>A link's target.</summary>
    public ByteString ReadLink(ByteString path)
    {
        (ByteString directory, ByteString name) = LayerPath.Split(path);
        using DirectoryHandle handle = Open(directory);
        return handle.ReadLink(name);
    }

    /// <summary>Opens a directory; null if there is none.</summary>
    public DirectoryHandle? TryOpen(ByteString path) => root?.TryOpenRealDirectory(path);

    /// <summary>Opens a directory.</summary>
    public DirectoryHandle Open(ByteString path) =>
        TryOpen(path) ?? throw BadLayer.Because($"there is no directory {path} in the layers below");

    /// <summary>All paths of a file. Only one with several names is searched for, and all at once the first time.</summary>
    public IReadOnlyList<ByteString> NamesOf(ByteString path, FileStatus status) =>
        status.LinkCount > 1 && (_names ??= FindNames()).TryGetValue((status.Device, status.Inode), out List<ByteString>? names) ? names : [path];

    private Dictionary<(ulong Device, ulong Inode), List<ByteString>> FindNames()
    {
        Dictionary<(ulong, ulong), List<ByteString>> names = [];
        Stack<ByteString> open = new([ByteString.Empty]);
        while (open.TryPop(out ByteString path))
        {
            using DirectoryHandle directory = Open(path);
            foreach (DirectoryItem item in directory.List())
            {
                ByteString itemPath = LayerPath.Join(path, item.Name);
                FileStatus status = directory.TryStat(item.Name)!.Value;
                if (status.IsDirectory)
                {
                    open.Push(itemPath);
                }
                else if (status.LinkCount > 1)
                {
                    if (!names.TryGetValue((status.Device, status.Inode), out List<ByteString>? paths))
                    {
                        names.Add((status.Device, status.Inode), paths = []);
                    }

                    paths.Add(itemPath);
                }
            }
        }

        return names;
    }
}
