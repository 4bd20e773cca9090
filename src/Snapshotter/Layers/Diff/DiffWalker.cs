using LayerStore;
using LayerStore.Tar;
using Microsoft.Win32.SafeHandles;
using Snapshotter.Linux;

namespace Snapshotter.Layers.Diff;

/// <summary>
/// Walks a newer tree beside an older one and says what changed, in canonical order. Both differs are this walk; they
/// differ in how a directory of the newer tree is read (<see cref="DiffDirectory"/>).
/// </summary>
/// <remarks>
/// <para>What is the same on both sides is left out, so a copy up that changed nothing makes no entry. The directories
/// above an entry are always written, though, so that the layer says by itself what they are like.</para>
/// <para>A hard link group is written whole or not at all: all names that the newer tree lists, the first with the
/// content, so that a link's target is always in the layer.</para>
/// </remarks>
/// <param name="sink">Gets the layer; it is not finished.</param>
/// <param name="links">The hard links of both trees.</param>
/// <param name="observer">Told what is found.</param>
/// <param name="cancellationToken">Stops the walk.</param>
internal sealed class DiffWalker(ILayerSink sink, HardLinks links, DiffObserver observer, CancellationToken cancellationToken)
{
    /// <summary>Whether both trees are mounts over the same directories, so that an inode number with the same change time is
    /// the same file and needs no reading.</summary>
    public bool SharesInodes { get; init; }

    /// <summary>Writes the difference.</summary>
    /// <param name="newer">The root of the newer tree, which is disposed.</param>
    /// <param name="older">The root of the older tree, which is disposed; null if there is none.</param>
    /// <param name="olderRoot">What the root of the older tree is like.</param>
    public void Run(DiffDirectory newer, DirectoryHandle? older, TarEntry olderRoot)
    {
        using WalkStack<DiffLevel> stack = new();
        stack.Push(new DiffLevel(newer, older, ByteString.Empty, pending: null));
        TarEntry root = FileDescription.Describe(ByteString.Empty, newer.Stat(), newer.Xattrs);
        if (!FileDescription.HasSameMetadata(root, olderRoot))
        {
            Observe(ChangeKind.Modified, root.Name);
            sink.Add(root, null);
        }

        Enter(stack);
        while (stack.Count > 0)
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (stack.Top.Next() is { } item)
            {
                Visit(stack, item);
            }
            else
            {
                stack.Pop();
            }
        }
    }

    /// <summary>Lists the directory, and says what the older tree has there and the newer one has no more.</summary>
    private void Enter(WalkStack<DiffLevel> stack)
    {
        DiffLevel level = stack.Top;
        level.List();
        foreach (ByteString name in level.Lost())
        {
            ByteString path = LayerPath.Join(level.Path, name);
            LayerPath.ThrowIfNotRepresentable(path, name);
            WriteParents(stack);
            Observe(ChangeKind.Deleted, path);
            sink.AddWhiteout(path);
        }
    }

    private void Visit(WalkStack<DiffLevel> stack, DiffItem item)
    {
        ByteString path = LayerPath.Join(stack.Top.Path, item.Name);
        if (item.Status.Type == FileType.Directory)
        {
            VisitDirectory(stack, item, path);
        }
        else if (item.IsInLayer)
        {
            VisitFile(stack, item, path);
        }
        else if (!item.IsWhiteout)
        {
            observer.Warn?.Invoke($"{path} is a socket, which a layer cannot hold: left out");
        }
    }

    private void VisitDirectory(WalkStack<DiffLevel> stack, DiffItem item, ByteString path)
    {
        LayerPath.ThrowIfTooLong(path);
        DiffLevel level = stack.Top;
        FileStatus? was = level.StatOlder(item.Name);
        DiffDirectory newer = OpenChild(level.Newer, item, path);
        DirectoryHandle? older = null;
        TarEntry entry;
        try
        {
            older = was is { IsDirectory: true } ? level.Older!.OpenChild(item.Name) : null;
            entry = FileDescription.Describe(path, item.Status, newer.Xattrs);
        }
        catch
        {
            newer.Dispose();
            older?.Dispose();
            throw;
        }

        bool isSame = older is not null && FileDescription.MayHaveSameMetadata(item.Status, was!.Value)
            && FileDescription.HasXattrs(entry, older.ListXattrs(null));
        stack.Push(new DiffLevel(newer, older, path, entry));
        if (!isSame)
        {
            Observe(was is null ? ChangeKind.Added : ChangeKind.Modified, path);
            WriteParents(stack);
        }

        Enter(stack);
    }

    private void VisitFile(WalkStack<DiffLevel> stack, DiffItem item, ByteString path)
    {
        DiffLevel level = stack.Top;
        FileStatus? was = level.StatOlder(item.Name);
        LinkGroup? group = links.Of(path, item.Status);
        if (group is { IsDecided: true })
        {
            WriteLink(stack, path, group, was);
            return;
        }

        OpenedFile file = default;
        try
        {
            if (was is { } older && FileDescription.MayHaveSameMetadata(item.Status, older))
            {
                bool isSame = IsSameInode(item.Status, older);
                if (!isSame)
                {
                    file = Open(level.Newer, item, path);
                    isSame = IsSameFile(level, item, path, file, older);
                }

                if (isSame && links.TryKeep(path, group, older))
                {
                    group?.Decide(null);
                    return;
                }
            }

            file = file.Xattrs is null ? Open(level.Newer, item, path) : file;
            TarEntry entry = FileDescription.Describe(path, item.Status, file.Xattrs, file.LinkName);
            group?.Decide(entry);
            Observe(was is null ? ChangeKind.Added : ChangeKind.Modified, path);
            Write(stack, entry, file.Content);
            file.ThrowIfChanged(path, item);
        }
        finally
        {
            file.Dispose();
        }
    }

    /// <summary>
    /// A further name of a file. The metadata is repeated: extractors apply that of the last name, and the attributes too, for a
    /// change of owner on the way takes security.capability off.
    /// </summary>
    private void WriteLink(WalkStack<DiffLevel> stack, ByteString path, LinkGroup group, FileStatus? was)
    {
        if (group.Written is { } first)
        {
            Observe(was is null ? ChangeKind.Added : ChangeKind.Modified, path);
            TarEntry link = first with { Name = path, Type = TarEntryType.HardLink, Size = 0, LinkName = first.Name, DeviceMajor = 0, DeviceMinor = 0 };
            Write(stack, link, null);
        }
    }

    private void Write(WalkStack<DiffLevel> stack, TarEntry entry, SafeFileHandle? content)
    {
        LayerPath.ThrowIfNotRepresentable(entry.Name, LayerPath.Split(entry.Name).Name);
        FileDescription.ThrowIfWhiteout(entry);
        WriteParents(stack);
        sink.Add(entry, content);
    }

    /// <summary>Writes the directories down to where the walk is, as far as they are not written: if one is, those above it are.</summary>
    private void WriteParents(WalkStack<DiffLevel> stack)
    {
        int first = stack.Count;
        while (first > 0 && stack[first - 1].Pending is not null)
        {
            first--;
        }

        for (int i = first; i < stack.Count; i++)
        {
            TarEntry entry = stack[i].Pending!;
            LayerPath.ThrowIfNotRepresentable(entry.Name, LayerPath.Split(entry.Name).Name);
            sink.Add(entry, null);
            stack[i].Pending = null;
        }
    }

    /// <summary>Whether both trees show the very same file.</summary>
    private bool IsSameInode(FileStatus newer, FileStatus older) =>
        newer.Inode == older.Inode && newer.ChangedAt == older.ChangedAt && (SharesInodes || newer.Device == older.Device);

    private bool IsSameFile(DiffLevel level, DiffItem item, ByteString path, OpenedFile file, FileStatus older)
    {
        using OpenedFile was = OpenedFile.Open(level.Older!, item.Name, older);
        if (!HostXattrs.Without(file.Xattrs).SequenceEqual(HostXattrs.Without(was.Xattrs)))
        {
            return false;
        }

        if (file.LinkName != was.LinkName)
        {
            return false;
        }

        if (file.Content is not null && !FileContent.AreEqual(file.Content, was.Content!, item.Status.Size, path, cancellationToken))
        {
            return false;
        }

        file.ThrowIfChanged(path, item);
        return true;
    }

    private static OpenedFile Open(DiffDirectory directory, DiffItem item, ByteString path)
    {
        try
        {
            return directory.Open(item);
        }
        catch (LinuxException e) when (ChangedFile.IsCauseOf(e))
        {
            throw ChangedFile.Error(path);
        }
    }

    private static DiffDirectory OpenChild(DiffDirectory directory, DiffItem item, ByteString path)
    {
        try
        {
            return directory.OpenChild(item);
        }
        catch (LinuxException e) when (ChangedFile.IsCauseOf(e))
        {
            throw ChangedFile.Error(path);
        }
    }

    private void Observe(ChangeKind kind, ByteString path) => observer.Changed?.Invoke(new PathChange(kind, path));
}
