using LayerStore;
using LayerStore.Tar;
using Snapshotter.Layers.Manifest;
using Snapshotter.Linux;

namespace Snapshotter.Layers.Check;

/// <summary>
/// Heals a layer's tree with the files of a sound copy of it, taking only what is damaged. Each file is renamed into its place, so
/// that whoever looks sees the old one or the new one; what is open stays open.
/// </summary>
/// <remarks>The copy lies on the same file system and is used up. After a crash in between, the next check finds what is left.</remarks>
internal sealed class TreeRepairer
{
    private static readonly ByteString s_temporary = ByteString.FromText(".layerstore-repair");

    private readonly RootDirectory _tree;
    private readonly RootDirectory _copy;
    private readonly HashSet<ByteString> _touched = [];

    private TreeRepairer(RootDirectory tree, RootDirectory copy)
    {
        _tree = tree;
        _copy = copy;
    }

    /// <summary>Heals the tree.</summary>
    /// <param name="tree">The damaged tree.</param>
    /// <param name="copy">A sound tree of the same layer, verified against the same manifest.</param>
    /// <param name="manifest">The manifest's verified bytes.</param>
    /// <param name="damage">What <see cref="TreeChecker"/> found.</param>
    public static void Repair(RootDirectory tree, RootDirectory copy, byte[] manifest, IReadOnlyList<TreeDamage> damage) =>
        new TreeRepairer(tree, copy).Run(manifest, damage);

    /// <summary>Renames, and replaces what has the new name; rename(2) does that for everything but a directory.</summary>
    public static void Replace(DirectoryHandle from, ByteString name, DirectoryHandle to, ByteString newName)
    {
        if (to.TryStat(newName) is { Type: FileType.Directory })
        {
            to.RemoveTree(newName);
        }

        from.Rename(name, to, newName);
    }

    private void Run(byte[] manifest, IReadOnlyList<TreeDamage> damage)
    {
        HashSet<ByteString> wanted = [.. damage.Where(one => !one.Faults.HasFlag(TreeFaults.Extra)).Select(one => one.Path)];
        foreach (TreeDamage extra in damage.Where(one => one.Faults.HasFlag(TreeFaults.Extra)))
        {
            Remove(extra.Path);
        }

        Dictionary<ByteString, List<ByteString>> links = [];
        List<ManifestEntry> directories = [];
        List<ByteString> files = [];
        foreach (ManifestEntry entry in ManifestReader.ReadAll(manifest))
        {
            if (entry.LinkOf is { } first)
            {
                if (!links.TryGetValue(first, out List<ByteString>? names))
                {
                    links.Add(first, names = []);
                }

                names.Add(entry.Path);
            }
            else if (entry.Type == FileType.Directory)
            {
                directories.Add(entry);
            }
            else if (wanted.Contains(entry.Path))
            {
                files.Add(entry.Path);
            }
        }

        foreach (ManifestEntry directory in directories.Where(entry => wanted.Contains(entry.Path)))
        {
            MakeDirectory(directory.Path);
        }

        // Of a file with several names of which one is damaged, all names are made anew.
        foreach ((ByteString first, List<ByteString> names) in links.Where(link => wanted.Contains(link.Key) || link.Value.Exists(wanted.Contains)))
        {
            MoveGroup(first, names);
        }

        foreach (ByteString file in files.Where(file => !links.ContainsKey(file)))
        {
            Move(file);
        }

        // Deepest first: setting a child's metadata does not change its parent's time, but makes sense of one rule for all.
        foreach (ManifestEntry entry in directories.AsEnumerable().Reverse().Where(entry => _touched.Contains(entry.Path)))
        {
            CopyMetadata(entry);
        }
    }

    private void Remove(ByteString path)
    {
        (ByteString parent, ByteString name) = LayerPath.Split(path);
        if (_tree.TryOpenRealDirectory(parent) is { } directory)
        {
            using (directory)
            {
                if (directory.TryStat(name) is not null)
                {
                    directory.RemoveTree(name);
                    _touched.Add(parent);
                }
            }
        }
    }

    private void MakeDirectory(ByteString path)
    {
        _touched.Add(path);
        if (path.IsEmpty)
        {
            return;
        }

        (ByteString parent, ByteString name) = LayerPath.Split(path);
        using DirectoryHandle directory = Open(_tree, parent);
        FileStatus? status = directory.TryStat(name);
        if (status is { Type: FileType.Directory })
        {
            return;
        }

        if (status is not null)
        {
            directory.Unlink(name);
        }

        directory.MakeDirectory(name, 0x1c0);
        _touched.Add(parent);
    }

    /// <summary>Puts the copy's file into the place of the damaged one.</summary>
    private void Move(ByteString path)
    {
        (ByteString parent, ByteString name) = LayerPath.Split(path);
        using DirectoryHandle from = Open(_copy, parent);
        using DirectoryHandle to = Open(_tree, parent);
        Replace(from, name, to, name);
        _touched.Add(parent);
    }

    private void MoveGroup(ByteString first, List<ByteString> names)
    {
        Move(first);
        (ByteString firstParent, ByteString firstName) = LayerPath.Split(first);
        using DirectoryHandle source = Open(_tree, firstParent);
        foreach (ByteString path in names)
        {
            (ByteString parent, ByteString name) = LayerPath.Split(path);
            using DirectoryHandle directory = Open(_tree, parent);
            directory.LinkFrom(source, firstName, s_temporary);
            Replace(directory, s_temporary, directory, name);
            _touched.Add(parent);
        }
    }

    private void CopyMetadata(ManifestEntry entry)
    {
        using DirectoryHandle from = Open(_copy, entry.Path);
        using DirectoryHandle to = Open(_tree, entry.Path);
        FileStatus status = from.Stat();
        IReadOnlyList<Xattr> xattrs = from.ListXattrs(null);
        to.SetOwner(null, status.UserId, status.GroupId);
        foreach (Xattr old in to.ListXattrs(null).Where(old => !xattrs.Any(xattr => xattr.Name == old.Name)))
        {
            to.RemoveXattr(null, old.Name);
        }

        foreach (Xattr xattr in xattrs)
        {
            to.SetXattr(null, xattr.Name, xattr.Value);
        }

        to.SetMode(null, status.Mode);
        to.SetTimes(null, null, entry.ModifiedAt);
    }

    private static DirectoryHandle Open(RootDirectory root, ByteString path) =>
        root.TryOpenRealDirectory(path) ?? throw new LayerStoreException(ErrorKind.Aborted, $"the directory {path} of a layer went away while it was repaired");
}
