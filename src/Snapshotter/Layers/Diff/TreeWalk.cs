using LayerStore;
using Snapshotter.Linux;

namespace Snapshotter.Layers.Diff;

/// <summary>Visits one tree in canonical order.</summary>
internal static class TreeWalk
{
    /// <summary>Calls <paramref name="visit"/> with the path of each item, and the item. The root itself is not visited; it is disposed.</summary>
    /// <exception cref="LayerStoreException"><see cref="ErrorKind.FailedPrecondition"/>: a path that no layer can hold.</exception>
    public static void Visit(DiffDirectory root, Action<ByteString, DiffItem> visit, CancellationToken cancellationToken)
    {
        using WalkStack<Level> stack = new();
        stack.Push(new Level(root, ByteString.Empty));
        while (stack.Count > 0)
        {
            cancellationToken.ThrowIfCancellationRequested();
            Level top = stack.Top;
            if (top.Next() is not { } item)
            {
                stack.Pop();
                continue;
            }

            ByteString path = LayerPath.Join(top.Path, item.Name);
            visit(path, item);
            if (item.IsInLayer && item.Status.Type == FileType.Directory)
            {
                LayerPath.ThrowIfTooLong(path);
                stack.Push(new Level(top.Directory.OpenChild(item), path));
            }
        }
    }

    /// <summary>A directory on the way, and what in it is still to be visited.</summary>
    private sealed class Level(DiffDirectory directory, ByteString path) : IWalkLevel<Level>
    {
        private DiffItem[]? _items;
        private int _next;

        public DiffDirectory Directory => directory;

        public ByteString Path => path;

        public DiffItem? Next()
        {
            _items ??= directory.List();
            return _next < _items.Length ? _items[_next++] : null;
        }

        public void Suspend(Level below) => directory.Suspend(below.Directory);

        public void Resume(Level below) => directory.Resume(below.Directory);

        public void Dispose() => directory.Dispose();
    }
}
