using LayerStore;
using Snapshotter.Linux;

namespace Snapshotter.Layers.Apply;

/// <summary>
/// Finds and makes the directories that a layer's paths name. A link on the way is followed inside the root, as the layers
/// below made it; every step opens one name in one directory without following it, so that no path can leave the root.
/// </summary>
internal sealed partial class DirectoryTree : IDisposable
{
    /// <summary>As many links as the kernel follows in one path (MAXSYMLINKS).</summary>
    private const int MaxLinks = 40;

    /// <summary>The longest name that Linux's file systems take (NAME_MAX).</summary>
    private const int MaxNameBytes = 255;

    /// <summary>Open directories at a time: deep enough for most trees, far from any descriptor limit.</summary>
    private const int MaxOpen = 128;

    private static readonly ByteString s_defaultAcl = ByteString.FromText("system.posix_acl_default");

    private readonly Queue<DirectoryNode> _open = new();
    private ByteString _lastPath;
    private DirectoryNode? _last;
    private ByteString _lastPlace;

    private readonly ApplyOptions _options;
    private readonly bool _whiteoutsDelete;
    private readonly List<(DirectoryNode Node, ByteString Name, ByteString Path)> _mustBeHidden = [];
    private readonly SortedSet<ByteString> _unsettled = [];
    private readonly HashSet<LeftWay> _left = [];

    /// <summary>Where a stored layer has a directory in the place of a link of a layer below that a path went through.</summary>
    private readonly NameSet _passed = new();

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

    /// <summary>Where paths through a stored layer went by the letters of its links.</summary>
    public IReadOnlyCollection<LeftWay> Left => _left;

    /// <summary>Whether an entry's path led through a symbolic link of a layer below.</summary>
    public bool HasFollowedLower { get; private set; }

    /// <summary>The directory of a clean path, made with all that is missing above it.</summary>
    /// <exception cref="LayerStoreException"><see cref="ErrorKind.DataLoss"/>: something else is in the way, or too many links.</exception>
    public DirectoryNode Make(ByteString path)
    {
        // A tar most often has one directory's files one after the other.
        if (_last is null || _lastPath != path)
        {
            _last = Walk(path, out _lastPlace, make: true)!;
            _lastPath = path;
        }

        PathThroughLink = _lastPlace;
        return _last;
    }

    /// <summary><see cref="PlaceBehindLink.Path"/> of the path that was made last.</summary>
    public ByteString PathThroughLink { get; set; }

    /// <summary>The directory of a clean path; null if it does not exist.</summary>
    /// <param name="path">The path.</param>
    /// <param name="through"><see cref="PlaceBehindLink.Path"/> of it.</param>
    public DirectoryNode? Find(ByteString path, out ByteString through) => Walk(path, out through);

    /// <summary>
    /// The directory that a whiteout is in; null where the whiteout hides nothing. umoci writes whiteouts for all that was in a
    /// directory beside the file that replaces it.
    /// </summary>
    /// <param name="path">The directory's clean path.</param>
    /// <param name="make">Whether to make it if it is missing.</param>
    public DirectoryNode? FindForWhiteout(ByteString path, bool make) => Walk(path, out _, make, isForWhiteout: true);

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

    /// <summary>Called when all whiteouts are carried out.</summary>
    /// <exception cref="LayerStoreException"><see cref="ErrorKind.DataLoss"/>: a path went through a file of a layer below that no whiteout
    /// hides, or through a link, in whose way something else has been put since.</exception>
    public void CheckHidden()
    {
        foreach ((DirectoryNode node, ByteString name, ByteString path) in _mustBeHidden)
        {
            if (!node.IsGone && !node.HidesLower && !node.Whiteouts.Contains(name) && node.Child(name) is { Entry: null })
            {
                throw NotADirectory(path);
            }
        }

        foreach (DirectoryNode node in Root.WithAllBelow())
        {
            foreach (ByteString name in node.OnWayOfLinks)
            {
                if (Open(node).TryStat(name) is { IsDirectory: false })
                {
                    throw LinkWayTaken(LayerPath.Join(node.Path, name));
                }
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
    /// Refuses to hide or replace a link that a path went through: what was put behind the link is there already, and with
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

    /// <summary>
    /// Refuses a hard link in the place of a link of a layer below that a path went through under the same name, also one to itself, which
    /// replaces nothing: a stored layer has a directory there, and learns later what it was.
    /// </summary>
    /// <exception cref="LayerStoreException"><see cref="ErrorKind.DataLoss"/>: a path went through it.</exception>
    public void RefuseIfPassed(DirectoryNode parent, ByteString name)
    {
        if (_passed.Contains(LayerPath.Join(PathThroughLink.IsEmpty ? parent.Path : PathThroughLink, name)))
        {
            throw LinkTakenAway(LayerPath.Join(parent.Path, name));
        }
    }

    /// <summary>The error for a layer that hides or replaces a link after a path that goes through it.</summary>
    public static LayerStoreException LinkTakenAway(ByteString path) =>
        BadLayer.Because($"the layer puts files behind the symbolic link {path} and then hides or replaces the link");

    /// <summary>
    /// The error for a layer that has something else than directories in the way of a link of a layer below that its paths go through: where
    /// they lead would depend on which came first.
    /// </summary>
    public static LayerStoreException LinkWayTaken(ByteString path) =>
        BadLayer.Because($"the layer has something else than a directory where a symbolic link of a layer below leads: {path}");

    /// <summary>The error for a path through something of a layer below that is no directory.</summary>
    public static LayerStoreException NotADirectory(ByteString path) =>
        BadLayer.Because($"the layer has a path through something that is not a directory: {path}");

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
