using LayerStore;

namespace Snapshotter.Linux;

/// <summary>
/// Removes a tree of any depth with few open descriptors and no recursion: a directory that lies deeper than
/// <see cref="MaxOpen"/> levels is first moved up to the top of the tree.
/// </summary>
internal sealed class TreeRemover
{
    private const int MaxOpen = 64;

    private readonly Stack<Level> _levels = new();
    private long _moved;

    /// <summary>Removes a name in a directory and all that is in it.</summary>
    public static void Remove(DirectoryHandle directory, ByteString name)
    {
        if (directory.Remove(name, 0) == 0)
        {
            return;
        }

        // EISDIR is Linux's answer for a directory; POSIX and some file systems say EPERM.
        if (LinuxError.Last is not (Errno.EISDIR or Errno.EPERM))
        {
            LinuxError.Throw("remove", name);
        }

        new TreeRemover().RemoveDirectory(directory, name);
    }

    private void RemoveDirectory(DirectoryHandle directory, ByteString name)
    {
        try
        {
            DirectoryHandle top = Push(directory, name);
            while (_levels.TryPeek(out Level? level))
            {
                if (level.Next() is { } child)
                {
                    RemoveChild(top, level.Directory, child);
                    continue;
                }

                if (level.Refill())
                {
                    continue; // Something was moved up into the top meanwhile.
                }

                _levels.Pop();
                level.Directory.Dispose();
                DirectoryHandle parent = _levels.TryPeek(out Level? above) ? above.Directory : directory;
                parent.RemoveDirectory(level.Name);
            }
        }
        finally
        {
            foreach (Level level in _levels)
            {
                level.Directory.Dispose();
            }
        }
    }

    private void RemoveChild(DirectoryHandle top, DirectoryHandle parent, ByteString name)
    {
        if (parent.Remove(name, 0) == 0 || LinuxError.Last == Errno.ENOENT)
        {
            return;
        }

        if (LinuxError.Last is not (Errno.EISDIR or Errno.EPERM))
        {
            LinuxError.Throw("remove", name);
        }

        if (parent.Remove(name, Libc.AT_REMOVEDIR) == 0)
        {
            return;
        }

        if (LinuxError.Last is not (Errno.ENOTEMPTY or Errno.EEXIST))
        {
            LinuxError.Throw("remove the directory", name);
        }

        if (_levels.Count < MaxOpen || !TryMoveUp(parent, name, top))
        {
            Push(parent, name);
        }
    }

    private bool TryMoveUp(DirectoryHandle parent, ByteString name, DirectoryHandle top)
    {
        ByteString newName = ByteString.FromText($".removing-{Environment.ProcessId}-{_moved++}");
        try
        {
            parent.Rename(name, top, newName, RenameNoReplace);
            return true;
        }
        catch (LinuxException e) when (e.Errno is Errno.EXDEV or Errno.EEXIST or Errno.EINVAL)
        {
            return false; // An overlay refuses to rename directories of its lowers: then go on downwards.
        }
    }

    private const uint RenameNoReplace = 1;

    private DirectoryHandle Push(DirectoryHandle parent, ByteString name)
    {
        DirectoryHandle directory = RootDirectory.OpenOnSameMount(parent, name);
        _levels.Push(new Level(directory, name));
        return directory;
    }

    private sealed class Level(DirectoryHandle directory, ByteString name)
    {
        private IReadOnlyList<DirectoryItem> _items = directory.List();
        private int _next;

        public DirectoryHandle Directory => directory;

        public ByteString Name => name;

        public ByteString? Next() => _next < _items.Count ? _items[_next++].Name : null;

        /// <summary>Lists again; false if nothing is left.</summary>
        public bool Refill()
        {
            _items = directory.List();
            _next = 0;
            return _items.Count > 0;
        }
    }
}
