using LayerStore;
using LayerStore.Tar;
using Snapshotter.Linux;

namespace Snapshotter.Layers.Apply;

/// <summary>A directory that a layer touches, by its real place in the tree: no link is part of its path.</summary>
internal sealed class DirectoryNode(DirectoryNode? parent, ByteString name, Timestamp? original, ApplyOptions options)
{
    /// <summary>About what one needs beside its name.</summary>
    private const int Size = 800;

    private readonly int _depth = parent is null ? 0 : parent._depth + 1;
    private TarEntry? _entry;
    private Dictionary<ByteString, DirectoryNode>? _children;

    /// <summary>The directory it is in; null for the root.</summary>
    public DirectoryNode? Parent => parent;

    /// <summary>Its name in the parent; empty for the root.</summary>
    public ByteString Name => name;

    /// <summary>Its time before this layer, whose children must not change it; null if this layer made it.</summary>
    public Timestamp? Original { get; set; } = original;

    /// <summary>The last entry of this layer for it; null if it is only implied.</summary>
    /// <remarks>Attributes of directories are set last, and all of them wait in memory until then. Its name is where the node is.</remarks>
    public TarEntry? Entry
    {
        get => _entry;
        set => _entry = value is null ? null : options.Remember(value with { Name = ByteString.Empty });
    }

    /// <summary>Whether an opaque whiteout is in it.</summary>
    public bool IsOpaque { get; set; }

    /// <summary>Whether what layers below have in it does not show: it is opaque or was removed and made again, or that holds for a directory above it.</summary>
    public bool HidesLower { get; set; }

    /// <summary>Whether overlay's whiteouts were written into it.</summary>
    public bool HoldsWhiteouts { get; set; }

    /// <summary>Whether it was removed from the disk.</summary>
    public bool IsGone { get; private set; }

    /// <summary>Names that whiteouts in this layer remove from the layers below.</summary>
    public NameSet Whiteouts { get; } = new();

    /// <summary>Names that this layer has entries for. Kept only where whiteouts delete, to know what is not theirs to delete.</summary>
    public NameSet Made { get; } = new();

    /// <summary>
    /// Those of them, and of <see cref="AwaitedLinks"/>, whose entries came here through a symbolic link of a layer below: by name, <see cref="PlaceBehindLink.Path"/> of the directory. Null for none.
    /// </summary>
    public Dictionary<ByteString, ByteString>? MadeThroughLink { get; set; }

    /// <summary>Names of hard links whose files are in a layer below; they are made when the whole layer is known.</summary>
    public NameSet AwaitedLinks { get; } = new();

    /// <summary>Symbolic links that paths of this layer went through.</summary>
    public NameSet FollowedLinks { get; } = new();

    /// <summary>Names on the way of such a link of a layer below: directories, or nothing.</summary>
    public NameSet OnWayOfLinks { get; } = new();

    /// <summary>Whether this directory of a stored layer is only the way to something in it, and a layer below may have a link in its place.</summary>
    public bool IsPassage { get; set; }

    /// <summary>
    /// Whether this layer had something else here before that was no directory: a path that leads here otherwise than its entry may have done
    /// so before, and into what is gone.
    /// </summary>
    public bool IsReplacement { get; set; }

    /// <summary>Whether what layers below have under its name does not show, as far as is known.</summary>
    public bool IsHidden => parent is not null && (parent.HidesLower || parent.Whiteouts.Contains(name));

    /// <summary>Whether this layer puts something into it.</summary>
    public bool IsFilled { get; set; }

    /// <summary>The default ACL that a layer below gave it and that is set aside meanwhile.</summary>
    public ByteString? DefaultAcl { get; set; }

    /// <summary>What to wait for until the last file made in it is filled too; see <see cref="FileFiller.WaitFor"/>.</summary>
    public long LastFilled { get; set; }

    /// <summary>The directory, while it is open.</summary>
    public DirectoryHandle? Handle { get; set; }

    /// <summary>The directories in it that are known.</summary>
    public IReadOnlyCollection<DirectoryNode> Children => _children is null ? [] : _children.Values;

    /// <summary>Its path from the root.</summary>
    public ByteString Path => parent is null ? name : LayerPath.Join(parent.Path, name);

    /// <summary>Whether this layer has an entry anywhere below it.</summary>
    public bool HoldsEntries => Made.Count > 0 || Children.Any(child => child.HoldsEntries);

    /// <summary>What <see cref="MadeThroughLink"/> says of a name; empty for nothing.</summary>
    public ByteString PlaceOf(ByteString madeName) => MadeThroughLink?.GetValueOrDefault(madeName) ?? ByteString.Empty;

    /// <summary>The known directory of this name, or null.</summary>
    public DirectoryNode? Child(ByteString childName) => _children?.GetValueOrDefault(childName);

    /// <summary>Adds a directory.</summary>
    /// <exception cref="LayerStoreException"><see cref="ErrorKind.DataLoss"/>: it is too deep (links can lead deeper than any path says);
    /// <see cref="ErrorKind.FailedPrecondition"/>: it was known, and is gone from the disk.</exception>
    public DirectoryNode Add(ByteString childName, Timestamp? childOriginal)
    {
        if (_depth >= options.MaxDepth)
        {
            throw EntryName.TooDeep(LayerPath.Join(Path, childName), options.MaxDepth);
        }

        options.Memory.Take(Size + childName.Length);
        DirectoryNode child = new(this, childName, childOriginal, options);
        child.HidesLower = child.IsHidden;
        return (_children ??= []).TryAdd(childName, child)
            ? child
            : throw new LayerStoreException(
                ErrorKind.FailedPrecondition,
                $"{child.Path} was taken away by another process while the layer was applied",
                "Apply layers to a directory that nobody else changes.");
    }

    /// <summary>Forgets a directory that is gone from the disk, with all that is below it.</summary>
    public void Forget(ByteString childName)
    {
        if (_children is not null && _children.Remove(childName, out DirectoryNode? child))
        {
            child.Close();
            foreach (DirectoryNode node in child.WithAllBelow())
            {
                node.IsGone = true;
            }
        }
    }

    /// <summary>Closes this and all directories below.</summary>
    public void Close()
    {
        foreach (DirectoryNode node in WithAllBelow())
        {
            node.Handle?.Dispose();
            node.Handle = null;
        }
    }

    /// <summary>This directory and all known ones below it.</summary>
    public IEnumerable<DirectoryNode> WithAllBelow()
    {
        Stack<DirectoryNode> open = new([this]);
        while (open.TryPop(out DirectoryNode? node))
        {
            yield return node;
            foreach (DirectoryNode child in node.Children)
            {
                open.Push(child);
            }
        }
    }
}
