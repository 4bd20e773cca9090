using System.Buffers;
using System.Security.Cryptography;
using LayerStore;
using LayerStore.Tar;
using Microsoft.Win32.SafeHandles;
using Snapshotter.Layers.Owners;
using Snapshotter.Linux;

namespace Snapshotter.Layers.Apply;

/// <summary>
/// Applies one layer's tar to a directory (OCI image-spec, layer.md). The directory holds what the layers below made, or is
/// empty when the layer is stored by itself for overlayfs; the rules are the same, only whiteouts differ.
/// </summary>
/// <remarks>
/// <list type="bullet">
/// <item>Whiteouts hit the layers below and never this one's entries, wherever in the tar they stand: they are collected
/// and carried out at the end, or when an entry needs the place.</item>
/// <item>A directory over a directory keeps its children and takes the entry's metadata; anything else replaces.</item>
/// <item>A directory that an entry needs and nobody made is implied: 0755, root, time 0. One that exists keeps its metadata,
/// times too, though files are put into it: directories get their metadata last, deepest first.</item>
/// <item>A failed application cannot be undone here: the caller throws the directory away.</item>
/// </list>
/// One applier applies one tar, on one thread: names are made there, in the tar's order. A second one only fills small files (<see cref="FileFiller"/>).
/// </remarks>
internal sealed partial class LayerApplier : IDisposable
{
    private const int BufferSize = 1 << 20;

    /// <summary>About what each name needs: it is known until the layer's end, and so is the hash of its file's content.</summary>
    private const int NameSize = 200;

    private readonly ApplyOptions _options;
    private readonly DirectoryTree _tree;
    private readonly FileMaker _maker;
    private readonly FileFiller _filler;
    private readonly OverlayXattrs _overlay;
    private readonly byte[] _buffer = ArrayPool<byte>.Shared.Rent(BufferSize);
    private readonly Dictionary<ByteString, FileOwner> _notedOwners = [];
    private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private readonly HashSet<ulong> _replacements = [];
    private long _contentBytes;
    private long _entries;
    private TarReader? _tar;
    private TarEntry? _entry;
    private CancellationToken _cancellationToken;

    public LayerApplier(RootDirectory root, ApplyOptions options)
    {
        _options = options;
        _tree = new DirectoryTree(root, options);
        _maker = new FileMaker(options);
        _filler = new FileFiller(_maker, options.Hashes);
        _overlay = new OverlayXattrs(options.OverlayXattrNamespace);
    }

    private bool Deletes => _options.Whiteouts == WhiteoutMode.Delete;

    /// <summary>Applies the whole tar.</summary>
    /// <exception cref="LayerStoreException"><see cref="ErrorKind.DataLoss"/>: a hostile or malformed layer;
    /// <see cref="ErrorKind.ResourceExhausted"/>: no space; <see cref="ErrorKind.PermissionDenied"/>: what only root can make.</exception>
    public LayerApplyResult Apply(TarReader tar, CancellationToken cancellationToken = default)
    {
        _tar = tar;
        _cancellationToken = cancellationToken;
        try
        {
            while ((_entry = tar.Next()) is not null)
            {
                cancellationToken.ThrowIfCancellationRequested();
                Add(_entry, write: null);
            }
        }
        catch (LayerStoreException)
        {
            _filler.WaitForAll(); // What an earlier file failed with comes first, as with one thread.
            throw;
        }

        return Finish();
    }

    /// <summary>Carries out what waits for the end of the layer.</summary>
    public LayerApplyResult Finish()
    {
        _filler.WaitForAll();
        RefuseLinksBeforeTheirTargets();
        if (Deletes)
        {
            MakeLowerLinks();
        }

        RemoveLinkSources();
        CarryOutWhiteouts();
        _tree.CheckHidden();
        List<ByteString> implied = SetDirectories();
        return new LayerApplyResult
        {
            Entries = _entries,
            ContentBytes = _contentBytes,
            HasRootEntry = _tree.Root.Entry is not null,
            RootMode = _tree.Root.Entry?.Mode,
            HasOpaqueRoot = _tree.Root.IsOpaque,
            NotedOwners = _notedOwners,
            ImpliedDirectories = implied,
            Replacements = _replacements,
            UnsettledDirectories = [.. _tree.Unsettled],
            LeftWays = [.. _tree.Left],
            LinksToLower = Deletes ? [] : [.. AwaitedLinks().Select(link => link.Entry with { Name = LayerPath.Join(link.Parent.Path, link.Name) })],
        };
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _filler.Dispose();
        _tree.Dispose();
        _hash.Dispose();
        ArrayPool<byte>.Shared.Return(_buffer);
    }

    /// <summary>Applies one entry.</summary>
    /// <param name="entry">The entry.</param>
    /// <param name="write">Writes a regular file's content; null to take it from the tar.</param>
    public void Add(TarEntry entry, Action<SafeFileHandle>? write)
    {
        _entries++;
        ByteString path = EntryName.Clean(entry.Name, _options.MaxDepth);
        if (path.IsEmpty)
        {
            SetRoot(entry);
            return;
        }

        (ByteString directoryPath, ByteString name) = LayerPath.Split(path);
        _options.Memory.Take(NameSize + name.Length);
        if (IsMark(directoryPath) && !IsLinkSource(directoryPath, entry))
        {
            return;
        }

        if (name.StartsWith(LayerPath.WhiteoutPrefix))
        {
            AddWhiteout(directoryPath, name);
            return;
        }

        DirectoryNode parent = _tree.Make(directoryPath);
        DirectoryHandle directory = _tree.OpenToFill(parent);
        switch (entry.Type)
        {
            case TarEntryType.Directory:
                AddDirectory(parent, directory, name, entry);
                break;
            case TarEntryType.HardLink:
                AddHardLink(parent, name, entry);
                break;
            case TarEntryType.RegularFile:
                AddFile(parent, directory, name, entry, write);
                break;
            default:
                Take(parent, name);
                MakeRoom(parent, directory, name, entry);
                if (_maker.MakeNode(directory, name, entry))
                {
                    MarkMade(parent, name);
                }
                else
                {
                    parent.Whiteouts.Add(name); // What it would have replaced must not show.
                }

                break;
        }

        NoteOwner(path, entry);
    }

    private void SetRoot(TarEntry entry)
    {
        if (entry.Type != TarEntryType.Directory)
        {
            throw BadLayer.Because($"the layer's entry for the root is not a directory but a {entry.Type}");
        }

        _tree.Root.Entry = entry;
        NoteOwner(ByteString.Empty, entry);
    }

    private void AddDirectory(DirectoryNode parent, DirectoryHandle directory, ByteString name, TarEntry entry)
    {
        bool isReplacement = parent.AwaitedLinks.Contains(name);
        Take(parent, name);
        FileStatus? status = directory.TryStat(name);
        if (status is { IsDirectory: false })
        {
            isReplacement |= !Deletes || parent.Made.Contains(name);

            // What this layer had here before hid a directory below: this one must not show that again.
            if (!Deletes)
            {
                parent.Whiteouts.Add(name);
            }

            MakeRoom(parent, directory, name, entry);
            status = null;
        }

        DirectoryNode? node = parent.Child(name);
        if (status is null)
        {
            directory.MakeDirectory(name, 0x1c0);
            _tree.Changed();
            node = parent.Add(name, null);
        }

        node ??= parent.Add(name, status?.ModifiedAt);
        _tree.Settle(node);
        if (isReplacement && !node.IsReplacement)
        {
            node.IsReplacement = true;
            _replacements.Add(_tree.Open(node).Stat().Inode);
        }

        node.HidesLower |= node.IsHidden;
        node.Entry = entry;
        MarkMade(parent, name);
    }

    private void NoteOwner(ByteString path, TarEntry entry)
    {
        FileOwner owner = new(entry.UserId, entry.GroupId);
        if (OwnerPolicy.IsToBeNoted(owner, entry.Type == TarEntryType.Directory))
        {
            _notedOwners[_options.Remember(path)] = owner;
        }
        else
        {
            _notedOwners.Remove(path); // An earlier entry of the same name.
        }
    }

    /// <summary>Gives directories their metadata, deepest first. Returns the implied ones.</summary>
    private List<ByteString> SetDirectories()
    {
        List<ByteString> implied = [];
        Stack<(DirectoryNode Node, bool ChildrenDone)> open = new([(_tree.Root, false)]);
        while (open.TryPop(out (DirectoryNode Node, bool ChildrenDone) item))
        {
            DirectoryNode node = item.Node;
            if (!item.ChildrenDone)
            {
                open.Push((node, true));
                foreach (DirectoryNode child in node.Children)
                {
                    open.Push((child, false));
                }

                continue;
            }

            if (RemoveIfIdle(node))
            {
                continue;
            }

            SetDirectory(node);
            if (node is { Entry: null, Parent: not null, IsHidden: false })
            {
                implied.Add(_options.Remember(node.Path));
            }
        }

        implied.Sort();
        return implied;
    }

    private void SetDirectory(DirectoryNode node)
    {
        DirectoryHandle directory = _tree.Open(node);
        if (node.Entry is { } entry)
        {
            bool isPrivate = _options.KeepsRootPrivate && node.Parent is null;
            _maker.SetMetadata(directory, null, entry with { Name = node.Path, Mode = isPrivate ? 0x1c0 : entry.Mode }, replaceXattrs: node.Original is not null);
        }
        else if (node.Original is { } original)
        {
            DirectoryTree.RestoreDefaultAcl(node, directory);
            directory.SetTimes(null, null, original);
        }
        else
        {
            directory.SetOwner(null, 0, 0); // In a setgid directory it has that one's group.
            directory.SetMode(null, 0x1ed);
            directory.SetTimes(null, null, Timestamp.Epoch);
        }

        if (!Deletes)
        {
            SetOverlayMarks(node, directory);
        }

        node.Handle?.Dispose();
        node.Handle = null;
    }
}
