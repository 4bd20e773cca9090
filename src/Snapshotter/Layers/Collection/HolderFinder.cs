using LayerStore;
using LayerStore.Content;
using Snapshotter.Layers.Mounts;
using Snapshotter.Snapshots;
using Snapshotter.Snapshots.Database;

namespace Snapshotter.Layers.Collection;

/// <summary>Says what a digest, a key or a path means in a store, and which roots lead there.</summary>
internal sealed class HolderFinder(StoreLayout layout, DirectorySnapshotter snapshots)
{
    /// <summary>Finds the ways. A digest is tried first, then a key or name, then a path: in the store, or in a place where a snapshot is mounted.</summary>
    /// <exception cref="LayerStoreException"><see cref="ErrorKind.NotFound"/>: it means nothing here.</exception>
    public HoldingReport Find(StoreGraph graph, string text)
    {
        List<StoreItem> things = [.. graph.Things.Select(thing => thing.Item).Where(item => IsNamed(item, text))];
        if (things.Count == 0)
        {
            things.AddRange(AtPath(graph, text));
        }

        if (things.Count == 0)
        {
            throw new LayerStoreException(
                ErrorKind.NotFound,
                $"\"{Printable.Text(text)}\" is no blob, layer, snapshot, file or mount point of this store",
                "Name a whole digest, a key, or a path: layerstore content ls --no-trunc, layerstore snapshot ls.");
        }

        HashSet<(StoreItemKind, string, long)> wanted = [.. things.Select(Identity)];
        IEnumerable<StoreItem> roots = graph.Roots.Concat(things.Where(item => item.Kind == StoreItemKind.Store));
        return new HoldingReport(things, [.. roots.Select(root => graph.FindPath(root, item => wanted.Contains(Identity(item)))).OfType<IReadOnlyList<StoreItem>>()]);
    }

    private static (StoreItemKind Kind, string Name, long Number) Identity(StoreItem item) => (item.Kind, item.Name, item.Number);

    private static bool IsNamed(StoreItem item, string text) =>
        item.Name == text && (item.Kind is StoreItemKind.Blob or StoreItemKind.Layer or StoreItemKind.Snapshot);

    private IEnumerable<StoreItem> AtPath(StoreGraph graph, string text)
    {
        string path = MountPoints.Resolve(text);
        string root = MountPoints.Resolve(layout.Root);
        if (IsAtOrBelow(path, root))
        {
            return InStore(graph, path.Length == root.Length ? string.Empty : path[(root.Length + 1)..]);
        }

        // The innermost one, where mounts lie in each other.
        MountRecord? mount = snapshots.MountRecords.List().Where(record => IsAtOrBelow(path, record.Target)).MaxBy(record => record.Target.Length);
        return mount is null ? [] : graph.Roots.Where(item => item.Kind == StoreItemKind.Snapshot && item.Name == mount.Key);
    }

    private IEnumerable<StoreItem> InStore(StoreGraph graph, string path)
    {
        StoredThing[] found = [.. graph.Things.Where(thing => thing.Paths.Any(own => IsAtOrBelow(path, own)))];
        if (found.Length > 0)
        {
            return found.Select(thing => thing.Item);
        }

        // Its records, its directories, and what a living process is writing.
        if (!Path.Exists(Path.Join(layout.Root, path)))
        {
            return [];
        }

        return OwnNames.IsOwn(path)
            ? [new StoreItem(StoreItemKind.Store, path.Length == 0 ? "." : path)]
            : throw new LayerStoreException(
                ErrorKind.NotFound, $"{Printable.Text(path)} lies in the store's directory and is not the store's", "No command of the store touches it.");
    }

    private static bool IsAtOrBelow(string path, string directory) =>
        path.StartsWith(directory, StringComparison.Ordinal) && (path.Length == directory.Length || path[directory.Length] == '/');
}
