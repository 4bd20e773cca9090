using Snapshotter.Linux;

namespace Snapshotter.Layers.Diff;

/// <summary>Looks through an overlay upper for files that mean nothing without what is below: renamed directories, files without their data.</summary>
internal static class UpperMarks
{
    /// <summary>Whether there is one.</summary>
    /// <param name="upper">The upper.</param>
    /// <param name="overlay">The names of overlay's marks.</param>
    /// <param name="type">Which type of file to look at, directories or regular files; null looks at both.</param>
    /// <param name="cancellationToken">Stops.</param>
    public static bool Has(RootDirectory upper, OverlayXattrs overlay, FileType? type, CancellationToken cancellationToken)
    {
        using WalkStack<Level> stack = new();
        stack.Push(new Level(upper.OpenSelf()));
        while (stack.Count > 0)
        {
            cancellationToken.ThrowIfCancellationRequested();
            Level top = stack.Top;
            if (top.Next() is not { } name)
            {
                stack.Pop();
                continue;
            }

            switch (top.TypeOf(name))
            {
                case FileType.Directory:
                    stack.Push(new Level(top.Directory.OpenChild(name.Name)));
                    if (type is null or FileType.Directory && stack.Top.Directory.GetXattr(null, overlay.Redirect) is not null)
                    {
                        return true;
                    }

                    break;
                case FileType.RegularFile when type is null or FileType.RegularFile && top.Directory.GetXattr(name.Name, overlay.Metacopy) is not null:
                    return true;
                default:
                    break;
            }
        }

        return false;
    }

    /// <summary>A directory on the way, and what in it is still to be looked at.</summary>
    private sealed class Level(DirectoryHandle directory) : IWalkLevel<Level>
    {
        private IReadOnlyList<DirectoryItem>? _items;
        private int _next;

        public DirectoryHandle Directory => directory;

        public DirectoryItem? Next()
        {
            _items ??= directory.List();
            return _next < _items.Count ? _items[_next++] : null;
        }

        /// <summary>The type that the directory says, or else the file.</summary>
        public FileType? TypeOf(DirectoryItem item) => item.Type ?? directory.TryStat(item.Name)?.Type;

        public void Suspend(Level below) => directory.Suspend();

        public void Resume(Level below) => directory.Resume(below.Directory);

        public void Dispose() => directory.Dispose();
    }
}
