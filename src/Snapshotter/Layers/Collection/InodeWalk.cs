using LayerStore;
using Snapshotter.Layers.Diff;
using Snapshotter.Linux;
using Snapshotter.Snapshots.Trees;

namespace Snapshotter.Layers.Collection;

/// <summary>Visits every name at and below a path of the store, a directory before what is in it. No link is followed, no other mount entered.</summary>
internal static class InodeWalk
{
    /// <summary>Is told of a name.</summary>
    /// <param name="directory">The directory it is in.</param>
    /// <param name="name">The name.</param>
    /// <param name="status">What it is.</param>
    public delegate void Visitor(DirectoryHandle directory, ByteString name, in FileStatus status);

    /// <summary>Walks. What vanishes meanwhile is not visited; nothing is there, nothing happens.</summary>
    /// <param name="root">The store's root.</param>
    /// <param name="path">A path below it, without links: names that the store gave.</param>
    /// <param name="visit">Is told of each name.</param>
    /// <param name="cancellationToken">Cancels.</param>
    public static void Walk(string root, string path, Visitor visit, CancellationToken cancellationToken)
    {
        int slash = path.LastIndexOf('/');
        string parent = slash < 0 ? root : Path.Join(root, path[..slash]);
        if (!Directory.Exists(parent))
        {
            return;
        }

        using DirectoryHandle directory = TrustedDirectory.Open(parent);
        Walk(directory, ByteString.FromText(path[(slash + 1)..]), visit, cancellationToken);
    }

    /// <summary>Walks from a name in an open directory.</summary>
    public static void Walk(DirectoryHandle directory, ByteString name, Visitor visit, CancellationToken cancellationToken)
    {
        if (directory.TryStat(name) is not { } status)
        {
            return;
        }

        visit(directory, name, in status);
        ulong device = status.Device;
        using WalkStack<Level> stack = new();
        Enter(directory, name, in status);
        while (stack.Count > 0)
        {
            cancellationToken.ThrowIfCancellationRequested();
            Level level = stack.Top;
            if (level.Next() is not { } child)
            {
                stack.Pop();
            }
            else if (level.Directory.TryStat(child) is { } found && found.Device == device)
            {
                visit(level.Directory, child, in found);
                Enter(level.Directory, child, in found);
            }
        }

        void Enter(DirectoryHandle parent, ByteString child, in FileStatus found)
        {
            if (found.IsDirectory && parent.TryOpenChild(child) is { } opened)
            {
                stack.Push(new Level(opened));
            }
        }
    }

    private sealed class Level(DirectoryHandle directory) : IWalkLevel<Level>
    {
        private readonly IReadOnlyList<DirectoryItem> _items = directory.List();
        private int _next;

        public DirectoryHandle Directory => directory;

        public ByteString? Next() => _next < _items.Count ? _items[_next++].Name : null;

        public void Suspend(Level child) => directory.Suspend();

        public void Resume(Level child) => directory.Resume(child.Directory);

        public void Dispose() => directory.Dispose();
    }
}
