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
internal sealed class DiffWalker
{
    private readonly ILayerSink _sink;
    private readonly DiffContext _context;
    private readonly CancellationToken _cancellationToken;
    private readonly List<Frame> _stack = [];
    private readonly Dictionary<(ulong Device, ulong Inode), LinkState> _links = [];

    private DiffWalker(ILayerSink sink, DiffContext context, CancellationToken cancellationToken)
    {
        _sink = sink;
        _context = context;
        _cancellationToken = cancellationToken;
    }

    /// <summary>Writes the difference, without finishing the sink. The directories stay the caller's.</summary>
    /// <param name="newer">The root of the newer tree.</param>
    /// <param name="older">The root of the older tree; null if there is none.</param>
    /// <param name="olderRoot">What the root of the older tree is like.</param>
    /// <param name="sink">Where it goes.</param>
    /// <param name="context">What is known of both trees.</param>
    /// <param name="cancellationToken">Stops the walk.</param>
    public static void Run(DiffDirectory newer, DirectoryHandle? older, TarEntry olderRoot, ILayerSink sink, DiffContext context, CancellationToken cancellationToken)
    {
        DiffWalker walker = new(sink, context, cancellationToken);
        TarEntry root = FileDescription.Describe(ByteString.Empty, newer.Handle, null, newer.Handle.Stat(), newer.ListXattrs(null));
        if (!FileDescription.HasSameMetadata(root, olderRoot))
        {
            context.Observer.Changed?.Invoke(new PathChange(ChangeKind.Modified, ByteString.Empty));
            sink.Add(root, null);
        }

        walker.Walk(new Frame(newer, older, ByteString.Empty, pending: null));
    }

    private void Walk(Frame root)
    {
        _stack.Add(root);
        try
        {
            root.Items = root.Newer.List();
            WriteWhiteouts(root);
            while (_stack.Count > 0)
            {
                _cancellationToken.ThrowIfCancellationRequested();
                Frame top = _stack[^1];
                if (top.Next < top.Items.Count)
                {
                    Visit(top, top.Items[top.Next++]);
                }
                else
                {
                    Leave(top, root);
                }
            }
        }
        finally
        {
            while (_stack.Count > 0)
            {
                Leave(_stack[^1], root);
            }
        }
    }

    private void Leave(Frame frame, Frame root)
    {
        _stack.RemoveAt(_stack.Count - 1);
        if (frame != root)
        {
            frame.Newer.Dispose();
            frame.Older?.Dispose();
        }
    }

    /// <summary>What the older tree has here and the newer one has no more. A socket hides what was there, and cannot be in a layer.</summary>
    private void WriteWhiteouts(Frame frame)
    {
        if (frame.Older is null)
        {
            return;
        }

        if (frame.Newer.IsComplete)
        {
            HashSet<ByteString> kept = [.. frame.Items.Where(static item => item.IsInLayer).Select(static item => item.Name)];
            foreach (DirectoryItem lost in frame.Older.List())
            {
                if (!kept.Contains(lost.Name))
                {
                    WriteWhiteout(frame, frame.Older, lost.Name);
                }
            }

            return;
        }

        foreach (DiffItem item in frame.Items)
        {
            if (!item.IsInLayer)
            {
                WriteWhiteout(frame, frame.Older, item.Name);
            }
        }
    }

    private void WriteWhiteout(Frame frame, DirectoryHandle older, ByteString name)
    {
        if (older.TryStat(name) is not { } lost || lost.Type == FileType.Socket)
        {
            return;
        }

        ByteString path = LayerPath.Join(frame.Path, name);
        LayerPath.ThrowIfTooLong(path);
        WriteParents();
        Observe(ChangeKind.Deleted, path);
        _sink.AddWhiteout(path);
    }

    private void Visit(Frame frame, DiffItem item)
    {
        ByteString path = LayerPath.Join(frame.Path, item.Name);
        if (!item.IsInLayer)
        {
            if (!item.IsWhiteout)
            {
                _context.Observer.Warn?.Invoke($"{path} is a socket, which a layer cannot hold: left out");
            }

            return;
        }

        LayerPath.ThrowIfNotRepresentable(path, item.Name);
        FileStatus? older = frame.Older?.TryStat(item.Name);
        if (item.Status.Type == FileType.Directory)
        {
            VisitDirectory(frame, item, path, older);
        }
        else if (_context.NamesOf(item.Status) is { Count: > 1 } names)
        {
            VisitLink(frame, item, path, names);
        }
        else if (older is not { } was || !IsSameFile(frame, item, path, was) || !_context.IsOnlyName(path, was))
        {
            Write(frame, item, Describe(frame, item, path));
        }
    }

    private void VisitDirectory(Frame frame, DiffItem item, ByteString path, FileStatus? older)
    {
        DirectoryHandle? olderChild = older?.Type == FileType.Directory ? frame.Older!.OpenChild(item.Name) : null;
        DiffDirectory? newerChild = null;
        try
        {
            newerChild = frame.Newer.OpenChild(item.Name);
            TarEntry entry = Describe(frame, item, path);
            bool isSame = olderChild is not null && FileDescription.MayHaveSameMetadata(item.Status, older!.Value)
                && FileDescription.HasSameMetadata(entry, DescribeOlder(frame, item, path, older.Value));
            Frame child = new(newerChild, olderChild, path, entry) { Items = newerChild.List() };
            _stack.Add(child);
            (newerChild, olderChild) = (null, null);
            if (!isSame)
            {
                Observe(older is null ? ChangeKind.Added : ChangeKind.Modified, path);
                WriteParents();
            }

            WriteWhiteouts(child);
        }
        finally
        {
            newerChild?.Dispose();
            olderChild?.Dispose();
        }
    }

    private void VisitLink(Frame frame, DiffItem item, ByteString path, IReadOnlyList<ByteString> names)
    {
        (ulong, ulong) key = (item.Status.Device, item.Status.Inode);
        if (!_links.TryGetValue(key, out LinkState state))
        {
            FileStatus? older = frame.Older?.TryStat(item.Name);
            bool isSame = older is { } was && IsSameFile(frame, item, path, was) && _context.HasSameNames(names, was);
            state = new LinkState(path, isSame);
            _links.Add(key, state);
        }
        else if (!state.IsSame)
        {
            // The metadata is repeated: extractors apply that of the last name, and the attributes too, for a change of
            // owner on the way takes security.capability off.
            TarEntry link = Describe(frame, item, path) with { Type = TarEntryType.HardLink, Size = 0, LinkName = state.First };
            WriteParents();
            Observe(frame, item.Name, path);
            _sink.Add(link with { DeviceMajor = 0, DeviceMinor = 0 }, null);
            return;
        }

        if (!state.IsSame)
        {
            Write(frame, item, Describe(frame, item, path));
        }
    }

    private bool IsSameFile(Frame frame, DiffItem item, ByteString path, FileStatus older)
    {
        FileStatus newer = item.Status;
        if (!FileDescription.MayHaveSameMetadata(newer, older))
        {
            return false;
        }

        if (_context.SharesInodes && newer.Inode == older.Inode && newer.ChangedAt == older.ChangedAt)
        {
            return true;
        }

        return FileDescription.HasSameMetadata(Describe(frame, item, path), DescribeOlder(frame, item, path, older))
            && (newer.Type != FileType.RegularFile
                || FileContent.AreEqual(frame.Newer.Handle, frame.Older!, item.Name, newer.Size, _cancellationToken));
    }

    private static TarEntry Describe(Frame frame, DiffItem item, ByteString path) =>
        FileDescription.Describe(path, frame.Newer.Handle, item.Name, item.Status, frame.Newer.ListXattrs(item.Name));

    private static TarEntry DescribeOlder(Frame frame, DiffItem item, ByteString path, FileStatus status) =>
        FileDescription.Describe(path, frame.Older!, item.Name, status, frame.Older!.ListXattrs(item.Name));

    private void Write(Frame frame, DiffItem item, TarEntry entry)
    {
        WriteParents();
        Observe(frame, item.Name, entry.Name);
        if (entry.Type != TarEntryType.RegularFile)
        {
            _sink.Add(entry, null);
            return;
        }

        using (SafeFileHandle content = frame.Newer.Handle.OpenRead(item.Name))
        {
            _sink.Add(entry, content);
        }

        ChangedFile.ThrowIfChanged(entry.Name, item.Status, frame.Newer.Handle.TryStat(item.Name));
    }

    private void Observe(Frame frame, ByteString name, ByteString path)
    {
        if (_context.Observer.Changed is not null)
        {
            Observe(frame.Older?.TryStat(name) is null ? ChangeKind.Added : ChangeKind.Modified, path);
        }
    }

    private void Observe(ChangeKind kind, ByteString path) => _context.Observer.Changed?.Invoke(new PathChange(kind, path));

    /// <summary>Writes the directories above, as far as they are not written: if one is, those above it are.</summary>
    private void WriteParents()
    {
        int first = _stack.Count;
        while (first > 0 && _stack[first - 1].Pending is not null)
        {
            first--;
        }

        for (int i = first; i < _stack.Count; i++)
        {
            _sink.Add(_stack[i].Pending!, null);
            _stack[i].Pending = null;
        }
    }

    /// <summary>What became of a hard link group: the name that carries the content, and whether the group is left out.</summary>
    private readonly record struct LinkState(ByteString First, bool IsSame);

    /// <summary>A directory that is being walked.</summary>
    private sealed class Frame(DiffDirectory newer, DirectoryHandle? older, ByteString path, TarEntry? pending)
    {
        public DiffDirectory Newer => newer;

        public DirectoryHandle? Older => older;

        public ByteString Path => path;

        /// <summary>Its entry, as long as it is not written.</summary>
        public TarEntry? Pending { get; set; } = pending;

        public IReadOnlyList<DiffItem> Items { get; set; } = [];

        public int Next { get; set; }
    }
}
