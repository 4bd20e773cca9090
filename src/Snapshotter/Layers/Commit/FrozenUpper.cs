using LayerStore;
using LayerStore.Tar;
using Snapshotter.Linux;

namespace Snapshotter.Layers.Commit;

/// <summary>
/// Makes of an overlay upper the directory that unpacking its layer would give: no marks of overlay's but whiteouts, which
/// are character devices 0/0, and the empty origin beside them; nothing that the layer does not say.
/// </summary>
/// <remarks>
/// The upper still belongs to an active snapshot until the layer is published, so after every step the mount would show
/// the same: whiteouts are added everywhere before the first opaque mark goes, and the marks go before the copies that
/// they made necessary. Only sockets, which no layer holds, are lost; a crash may leave one directory's time changed.
/// </remarks>
internal sealed class FrozenUpper
{
    private readonly OverlayXattrs _xattrs;
    private readonly LayerPlan _plan;
    private readonly CancellationToken _cancellationToken;

    private FrozenUpper(OverlayXattrs xattrs, LayerPlan plan, CancellationToken cancellationToken)
    {
        _xattrs = xattrs;
        _plan = plan;
        _cancellationToken = cancellationToken;
    }

    /// <summary>Cleans an upper that is not mounted and holds neither redirects nor files without data.</summary>
    /// <param name="upper">The upper.</param>
    /// <param name="xattrNamespace">Where overlay keeps its marks.</param>
    /// <param name="plan">The layer that was made of it.</param>
    /// <param name="cancellationToken">Stops between directories.</param>
    public static void Clean(RootDirectory upper, string xattrNamespace, LayerPlan plan, CancellationToken cancellationToken)
    {
        FrozenUpper cleaner = new(new OverlayXattrs(xattrNamespace), plan, cancellationToken);
        cleaner.EachDirectory(upper, cleaner.WriteWhiteouts);
        cleaner.EachDirectory(upper, cleaner.RemoveMarks);
        cleaner.EachDirectory(upper, cleaner.RemoveUnchanged);
    }

    /// <summary>Calls the step for each directory, those above first, and puts the directory's time back.</summary>
    private void EachDirectory(RootDirectory upper, Action<DirectoryHandle, ByteString> step)
    {
        Stack<(DirectoryHandle Directory, ByteString Path, Queue<ByteString> Children)> open = new();
        try
        {
            open.Push(Enter(upper.OpenSelf(), ByteString.Empty, step));
            while (open.TryPeek(out (DirectoryHandle Directory, ByteString Path, Queue<ByteString> Children) top))
            {
                if (top.Children.TryDequeue(out ByteString name))
                {
                    open.Push(Enter(top.Directory.OpenChild(name), LayerPath.Join(top.Path, name), step));
                }
                else
                {
                    open.Pop().Directory.Dispose();
                }
            }
        }
        finally
        {
            while (open.TryPop(out (DirectoryHandle Directory, ByteString, Queue<ByteString>) left))
            {
                left.Directory.Dispose();
            }
        }
    }

    private (DirectoryHandle Directory, ByteString Path, Queue<ByteString> Children) Enter(
        DirectoryHandle directory, ByteString path, Action<DirectoryHandle, ByteString> step)
    {
        try
        {
            _cancellationToken.ThrowIfCancellationRequested();
            Timestamp modifiedAt = directory.Stat().ModifiedAt;
            step(directory, path);
            directory.SetTimes(null, null, modifiedAt);
            return (directory, path, new(directory.List()
                .Select(static item => item.Name)
                .Where(name => directory.TryStat(name) is { Type: FileType.Directory })));
        }
        catch
        {
            directory.Dispose();
            throw;
        }
    }

    private void WriteWhiteouts(DirectoryHandle directory, ByteString path)
    {
        IReadOnlyList<ByteString> whiteouts = _plan.WhiteoutsIn(path);
        if (whiteouts.Count == 0)
        {
            return;
        }

        // Before the first whiteout: in a directory that nothing is merged with, overlay would list it as a broken device.
        directory.SetXattr(null, _xattrs.Origin, ByteString.Empty);
        foreach (ByteString name in whiteouts)
        {
            FileStatus? there = directory.TryStat(name);
            if (there is { IsWhiteout: true })
            {
                continue;
            }

            if (there is not null)
            {
                directory.Unlink(name);
            }

            directory.MakeNode(name, FileType.CharacterDevice, mode: 0, major: 0, minor: 0);
        }
    }

    private void RemoveMarks(DirectoryHandle directory, ByteString path)
    {
        RemoveMarks(directory, null, keepOrigin: _plan.WhiteoutsIn(path).Count > 0);
        foreach (DirectoryItem item in directory.List())
        {
            if (directory.TryStat(item.Name) is { } status && status.Type != FileType.Directory && _plan.HasEntry(LayerPath.Join(path, item.Name)))
            {
                RemoveMarks(directory, item.Name, keepOrigin: false);
            }
        }
    }

    private void RemoveMarks(DirectoryHandle directory, ByteString? name, bool keepOrigin)
    {
        foreach (Xattr xattr in directory.ListXattrs(name))
        {
            if (_xattrs.IsMark(xattr.Name) && !(keepOrigin && xattr.Name == _xattrs.Origin))
            {
                directory.RemoveXattr(name, xattr.Name);
            }
        }
    }

    private void RemoveUnchanged(DirectoryHandle directory, ByteString path)
    {
        HashSet<ByteString> whiteouts = [.. _plan.WhiteoutsIn(path)];
        foreach (DirectoryItem item in directory.List())
        {
            if (whiteouts.Contains(item.Name) || _plan.HasEntry(LayerPath.Join(path, item.Name)))
            {
                continue;
            }

            if (directory.TryStat(item.Name) is { Type: FileType.Directory })
            {
                directory.RemoveTree(item.Name);
            }
            else
            {
                directory.Unlink(item.Name);
            }
        }
    }
}
