using LayerStore;
using Snapshotter.Linux;

namespace Snapshotter.Layers.Apply;

/// <summary>
/// Finds and makes the directories that a layer's paths name. A link on the way is followed inside the root, as the layers
/// below made it; every step opens one name in one directory without following it, so that no path can leave the root.
/// </summary>
internal sealed class DirectoryTree : IDisposable
{
    /// <summary>As many links as the kernel follows in one path (MAXSYMLINKS).</summary>
    private const int MaxLinks = 40;

    /// <summary>Open directories at a time: deep enough for most trees, far from any descriptor limit.</summary>
    private const int MaxOpen = 128;

    private static readonly ByteString s_defaultAcl = ByteString.FromText("system.posix_acl_default");

    private readonly Queue<DirectoryNode> _open = new();
    private ByteString _lastPath;
    private DirectoryNode? _last;
    private bool _lastWentThroughLink;

    private readonly ApplyOptions _options;
    private readonly bool _whiteoutsDelete;
    private bool _wentThroughLink;
    private readonly List<(DirectoryNode Node, ByteString Name, ByteString Path)> _mustBeHidden = [];
    private readonly SortedSet<ByteString> _unsettled = [];

    /// <param name="root">The root, which holds what layers below made if whiteouts delete.</param>
    /// <param name="options">How the layer is applied.</param>
    public DirectoryTree(RootDirectory root, ApplyOptions options)
    {
        _options = options;
        _whiteoutsDelete = options.Whiteouts == WhiteoutMode.Delete;
        DirectoryHandle handle = root.OpenSelf();
        Root = new DirectoryNode(null, ByteString.Empty, handle.Stat().ModifiedAt, options) { Handle = handle };
    }

    /// <summary>The root.</summary>
    public DirectoryNode Root { get; }

    /// <summary>Directories that must not be a link in the layers below.</summary>
    public IReadOnlyCollection<ByteString> Unsettled => _unsettled;

    /// <summary>The directory of a clean path, made with all that is missing above it.</summary>
    /// <exception cref="LayerStoreException"><see cref="ErrorKind.DataLoss"/>: something else is in the way, or too many links.</exception>
    public DirectoryNode Make(ByteString path)
    {
        // A tar most often has one directory's files one after the other.
        if (_last is null || _lastPath != path)
        {
            _last = Walk(path, make: true)!;
            _lastPath = path;
            _lastWentThroughLink = _wentThroughLink;
        }

        PathThroughLink = _lastWentThroughLink ? path : ByteString.Empty;
        return _last;
    }

    /// <summary>The path that was made last, if it goes through a symbolic link of a layer below; else empty.</summary>
    public ByteString PathThroughLink { get; set; }

    /// <summary>The directory of a clean path; null if it does not exist.</summary>
    public DirectoryNode? Find(ByteString path) => Walk(path, make: false);

    /// <summary>
    /// The directory that a whiteout is in; null where the whiteout hides nothing. umoci writes whiteouts for all that was in a
    /// directory beside the file that replaces it.
    /// </summary>
    /// <param name="path">The directory's clean path.</param>
    /// <param name="make">Whether to make it if it is missing.</param>
    public DirectoryNode? FindForWhiteout(ByteString path, bool make) => Walk(path, make, isForWhiteout: true);

    /// <summary>The open directory of a node. Opening it may close those of other nodes.</summary>
    /// <param name="node">The node.</param>
    /// <param name="keep">A node whose directory is in use and stays open.</param>
    public DirectoryHandle Open(DirectoryNode node, DirectoryNode? keep = null)
    {
        if (node.Handle is { } handle)
        {
            return handle;
        }

        // Reopened from the nearest open directory above; the root is always open.
        Stack<DirectoryNode> missing = new();
        DirectoryNode start = node;
        for (; start.Handle is null; start = start.Parent!)
        {
            missing.Push(start);
        }

        DirectoryHandle current = start.Handle;
        while (missing.TryPop(out DirectoryNode? next))
        {
            current = next.Handle = current.OpenChild(next.Name);
            _open.Enqueue(next);
        }

        CloseOldest(node, keep);
        return current;
    }

    /// <summary>
    /// Opens a directory to put something into it. One of a layer below, and the root, may have a default ACL, which the kernel
    /// would give to all that is made in it, though their entries say nothing of it: it is set aside until the end (acl(5)).
    /// </summary>
    public DirectoryHandle OpenToFill(DirectoryNode node)
    {
        DirectoryHandle directory = Open(node);
        if (!node.IsFilled && node.Original is not null && (_whiteoutsDelete || node == Root))
        {
            node.DefaultAcl = directory.GetXattr(null, s_defaultAcl);
            if (node.DefaultAcl is not null)
            {
                directory.RemoveXattr(null, s_defaultAcl);
            }
        }

        node.IsFilled = true;
        return directory;
    }

    /// <summary>Gives a directory of a layer below its default ACL back.</summary>
    public static void RestoreDefaultAcl(DirectoryNode node, DirectoryHandle directory)
    {
        if (node.DefaultAcl is { } acl)
        {
            directory.SetXattr(null, s_defaultAcl, acl);
        }
    }

    /// <summary>Says that names of directories or links have changed: what was found last may be elsewhere now.</summary>
    public void Changed() => _last = null;

    /// <summary>Called when all whiteouts are known.</summary>
    /// <exception cref="LayerStoreException"><see cref="ErrorKind.DataLoss"/>: a path went through a file of a layer below that no whiteout hides.</exception>
    public void CheckHidden()
    {
        foreach ((DirectoryNode node, ByteString name, ByteString path) in _mustBeHidden)
        {
            if (!node.IsGone && !node.HidesLower && !node.Whiteouts.Contains(name) && node.Child(name) is { Entry: null })
            {
                throw NotADirectory(path);
            }
        }
    }

    /// <summary>Closes all directories.</summary>
    public void Dispose() => Root.Close();

    /// <summary>Removes a directory with all that is in it.</summary>
    /// <exception cref="LayerStoreException"><see cref="ErrorKind.DataLoss"/>: a path went through a link in it.</exception>
    public void Remove(DirectoryNode parent, ByteString name)
    {
        foreach (DirectoryNode node in parent.Child(name)?.WithAllBelow() ?? [])
        {
            Settle(node);
            foreach (ByteString link in node.FollowedLinks)
            {
                RefuseIfFollowed(node, link);
            }
        }

        parent.Forget(name);
        Open(parent).RemoveTree(name);
        Changed();
    }

    /// <summary>
    /// Refuses to hide or replace a lower link that a path went through: what was put behind the link is there already, and with
    /// the entries in another order it would be elsewhere.
    /// </summary>
    /// <exception cref="LayerStoreException"><see cref="ErrorKind.DataLoss"/>: a path went through it.</exception>
    public static void RefuseIfFollowed(DirectoryNode node, ByteString name)
    {
        if (node.FollowedLinks.Contains(name))
        {
            throw LinkTakenAway(LayerPath.Join(node.Path, name));
        }
    }

    /// <summary>The error for a layer that hides or replaces a lower link after a path that goes through it.</summary>
    public static LayerStoreException LinkTakenAway(ByteString path) =>
        BadLayer.Because($"the layer puts files behind the symbolic link {path} and then hides or replaces the link");

    /// <summary>
    /// Notes a directory of a stored layer that was made for a path and is now made, hidden or removed by an entry: if a layer below has
    /// a link there, that is what <see cref="RefuseIfFollowed"/> refuses.
    /// </summary>
    public void Settle(DirectoryNode node)
    {
        if (node is { IsPassage: true, Entry: null })
        {
            _unsettled.Add(_options.Remember(node.Path));
            node.IsPassage = false;
        }
    }

    private DirectoryNode? Walk(ByteString path, bool make, bool isForWhiteout = false)
    {
        Stack<ByteString> rest = new(LayerPath.Reversed(path));
        DirectoryNode node = Root;
        int links = 0;
        _wentThroughLink = false;
        while (rest.TryPop(out ByteString name))
        {
            if (name.Span is [(byte)'.'])
            {
                continue;
            }

            if (name.Span is [(byte)'.', (byte)'.'])
            {
                node = node.Parent ?? Root;
                continue;
            }

            if ((make || isForWhiteout) && node.AwaitedLinks.Contains(name))
            {
                return isForWhiteout ? null : throw BadLayer.Because($"the layer has a path through a hard link: {path}");
            }

            if (node.Child(name) is { } known)
            {
                node = known;
                continue;
            }

            DirectoryHandle directory = Open(node);
            FileStatus? status = directory.TryStat(name);
            if (make && status is { IsDirectory: false } && IsHiddenLower(node, name))
            {
                directory.Unlink(name);
                status = null;
            }

            if (status is null)
            {
                // What a link says of directories that are not there is taken by its letters, as the peers do (filepath-securejoin).
                if (links > 0 && TryLeaveMissing(rest))
                {
                    if (!_whiteoutsDelete)
                    {
                        _unsettled.Add(_options.Remember(LayerPath.Join(node.Path, name))); // A link there would lead elsewhere.
                    }

                    continue;
                }

                if (links > 0 && (make || isForWhiteout))
                {
                    BadLayer.ThrowIfMark(name, path);
                }

                if (!make)
                {
                    return null;
                }

                OpenToFill(node).MakeDirectory(name, 0x1c0);
                node = node.Add(name, null);
                node.IsPassage = !_whiteoutsDelete && !node.IsHidden;
            }
            else if (status.Value.Type == FileType.Directory)
            {
                node = node.Add(name, status.Value.ModifiedAt);
            }
            else if (status.Value.Type == FileType.SymbolicLink)
            {
                if (isForWhiteout && IsHiddenLower(node, name))
                {
                    return null;
                }

                if ((make || isForWhiteout) && _whiteoutsDelete && !node.Made.Contains(name))
                {
                    node.FollowedLinks.Add(_options.Remember(name));
                    _wentThroughLink = true;
                }

                ByteString target = directory.ReadLink(name);
                if (++links > MaxLinks)
                {
                    return make || isForWhiteout ? throw BadLayer.Because($"the layer has a path through too many symbolic links: {path}") : null;
                }

                foreach (ByteString component in LayerPath.Reversed(target))
                {
                    rest.Push(component);
                }

                node = target.StartsWith("/"u8) ? Root : node;
            }
            else if (isForWhiteout || !make)
            {
                return null;
            }
            else if (make && _whiteoutsDelete && !node.Made.Contains(name))
            {
                // From a layer below: right only if a whiteout hides it, which may still come.
                directory.Unlink(name);
                OpenToFill(node).MakeDirectory(name, 0x1c0);
                _mustBeHidden.Add((node, name, _options.Remember(path)));
                node = node.Add(name, null);
            }
            else
            {
                throw NotADirectory(path);
            }
        }

        return node;
    }

    /// <summary>Drops what a path does below a missing directory, if it leaves that again: <c>b/../..</c>.</summary>
    private static bool TryLeaveMissing(Stack<ByteString> rest)
    {
        int depth = 1;
        int used = 0;
        foreach (ByteString name in rest)
        {
            used++;
            depth += name.Span switch
            {
                [(byte)'.'] => 0,
                [(byte)'.', (byte)'.'] => -1,
                _ => 1,
            };
            if (depth == 0)
            {
                for (; used > 0; used--)
                {
                    rest.Pop();
                }

                return true;
            }
        }

        return false;
    }

    /// <summary>Whether a name is of a layer below, and this layer's whiteouts say that it is gone.</summary>
    private bool IsHiddenLower(DirectoryNode node, ByteString name) =>
        _whiteoutsDelete && (node.HidesLower || node.Whiteouts.Contains(name)) && !node.Made.Contains(name);

    private static LayerStoreException NotADirectory(ByteString path) =>
        BadLayer.Because($"the layer has a path through something that is not a directory: {path}");

    private void CloseOldest(DirectoryNode except, DirectoryNode? alsoExcept)
    {
        while (_open.Count > MaxOpen && _open.TryDequeue(out DirectoryNode? oldest))
        {
            if (oldest == except || oldest == alsoExcept)
            {
                _open.Enqueue(oldest);
                continue;
            }

            oldest.Handle?.Dispose();
            oldest.Handle = null;
        }
    }
}
