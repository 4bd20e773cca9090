using LayerStore;
using Snapshotter.Linux;
using Snapshotter.Snapshots.Trees;

namespace Snapshotter.Layers.Collection;

/// <summary>Says for each byte that is allocated under the root why it is there.</summary>
/// <remarks>As du(1) counts: allocated blocks, an inode once, one file system. Extents that files share count in each of them.</remarks>
internal sealed class DiskUsage(string root)
{
    private readonly HashSet<(ulong Device, ulong Inode)> _seen = [];
    private readonly Dictionary<string, (UsageClass Class, string Holder)> _owners = new(StringComparer.Ordinal);
    private readonly Dictionary<(UsageClass Class, string Holder), long[]> _bytes = [];

    /// <summary>Measures.</summary>
    public IReadOnlyList<UsageShare> Measure(StoreGraph graph, CancellationToken cancellationToken)
    {
        Attribute(graph);
        using DirectoryHandle top = TrustedDirectory.Open(root);
        FileStatus own = top.Stat();
        Add("", in own);
        foreach (DirectoryItem item in top.List())
        {
            WalkItem(top, item.Name, own.Device, cancellationToken);
        }

        return [.. _bytes
            .Select(pair => new UsageShare(pair.Key.Class, pair.Key.Holder, pair.Value[0], pair.Value[1], pair.Value[2]))
            .OrderBy(share => share.Class).ThenBy(share => share.Holder, StringComparer.Ordinal)];
    }

    private void Attribute(StoreGraph graph)
    {
        // Two names of one image are one holder.
        Dictionary<StoreItem, (UsageClass, string)> held = [];
        foreach (IGrouping<string, StoreItem> group in graph.Roots.GroupBy(graph.HolderOf))
        {
            string holder = string.Join(", ", group.Select(item => $"{item.Description} {item.Name}"));
            foreach (StoreItem item in graph.Reach(group).Things)
            {
                held[item] = held.ContainsKey(item) ? (UsageClass.Shared, string.Empty) : (UsageClass.Unique, holder);
            }
        }

        foreach (StoredThing thing in graph.Things)
        {
            (UsageClass, string) owner = held.GetValueOrDefault(thing.Item, (UsageClass.Reclaimable, string.Empty));
            foreach (string path in thing.Paths)
            {
                _owners[path] = owner;
            }
        }
    }

    /// <summary>What is directly in the root: the store's directories are looked into, name by name, and anything else counts as a whole.</summary>
    private void WalkItem(DirectoryHandle directory, ByteString name, ulong device, CancellationToken cancellationToken)
    {
        string path = name.ToString();
        if (directory.TryStat(name) is not { } status || status.Device != device)
        {
            return;
        }

        if (status.IsDirectory && OwnNames.IsOwn(path) && directory.TryOpenChild(name) is { } opened)
        {
            Add(path, in status);
            WalkOwn(opened, path, device, cancellationToken);
            return;
        }

        Count(directory, name, path, cancellationToken);
    }

    private void WalkOwn(DirectoryHandle directory, string path, ulong device, CancellationToken cancellationToken)
    {
        using (directory)
        {
            foreach (DirectoryItem item in directory.List())
            {
                string child = $"{path}/{item.Name}";
                if (directory.TryStat(item.Name) is not { } status || status.Device != device)
                {
                    continue;
                }

                if (path == "blobs" && status.IsDirectory && OwnNames.IsOwn(child) && directory.TryOpenChild(item.Name) is { } opened)
                {
                    Add(child, in status);
                    WalkOwn(opened, child, device, cancellationToken);
                }
                else
                {
                    Count(directory, item.Name, child, cancellationToken);
                }
            }
        }
    }

    private void Count(DirectoryHandle directory, ByteString name, string path, CancellationToken cancellationToken) =>
        InodeWalk.Walk(directory, name, (DirectoryHandle _, ByteString _, in FileStatus status) => Add(path, in status), cancellationToken);

    private void Add(string path, in FileStatus status)
    {
        if (!_seen.Add((status.Device, status.Inode)))
        {
            return;
        }

        bool isOwn = OwnNames.IsOwn(path);
        int kind = !isOwn ? 2
            : path.StartsWith("blobs/sha", StringComparison.Ordinal) && path.LastIndexOf('/') > 5 ? 0
            : path.StartsWith("ingest/", StringComparison.Ordinal) ? 0
            : path.StartsWith("t/", StringComparison.Ordinal) || path.StartsWith("w/", StringComparison.Ordinal) || path.StartsWith("m/", StringComparison.Ordinal) ? 1
            : 2;
        (UsageClass, string) owner = _owners.TryGetValue(path, out (UsageClass, string) found) ? found
            : (!isOwn ? UsageClass.Unknown : kind == 2 || path == "t/0" ? UsageClass.Store : UsageClass.Working, string.Empty);
        if (!_bytes.TryGetValue(owner, out long[]? bytes))
        {
            _bytes.Add(owner, bytes = new long[3]);
        }

        bytes[kind] += status.Blocks512 * 512;
    }
}
