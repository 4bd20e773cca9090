using System.Security.Cryptography;
using LayerStore;
using Snapshotter.Layers.Mounts;
using Snapshotter.Linux;
using Snapshotter.Snapshots.Trees;

namespace Snapshotter.Layers.Unpack;

/// <summary>The directory that an image is unpacked into: all of it appears at once, or nothing of it.</summary>
/// <remarks>
/// <para>Files are written into <c>.layerstore-….tmp</c> beside it, which takes its name at the end. Crash points: before the rename, the next
/// unpack beside it removes what is left, for nobody holds its flock(2); after it, the tree is there, and was on the disk before.</para>
/// <para>A mount point cannot be renamed over, and a directory that somebody stands in would be another one: these, and those whose parent
/// may not be written to, are filled in place. Then a kill leaves them half-filled.</para>
/// </remarks>
internal sealed class UnpackTarget : IDisposable
{
    private const string Prefix = ".layerstore-";
    private const string Suffix = ".tmp";
    private const uint PrivateMode = 0b111_000_000; // rwx------

    private readonly string _path;
    private readonly DirectoryHandle? _parent;
    private readonly ByteString _name;
    private readonly DirectoryHandle _filled;
    private readonly uint _modeBefore;
    private bool _isPublished;

    /// <param name="path">Where the image is to be.</param>
    /// <param name="parent">The directory that this is in; null to fill it in place.</param>
    /// <param name="name">Its name there until then.</param>
    /// <param name="filled">The directory that is filled, opened before anything is written, or syncfs(2) would not tell of all errors.</param>
    private UnpackTarget(string path, DirectoryHandle? parent, ByteString name, DirectoryHandle filled)
    {
        _path = path;
        _parent = parent;
        _name = name;
        _filled = filled;
        _modeBefore = filled.Stat().Mode;
        Root = RootDirectory.Open(Directory);
    }

    /// <summary>Where to write. One handle for all layers: whoever swaps the path for a link meanwhile leads nobody elsewhere.</summary>
    public RootDirectory Root { get; }

    /// <summary>The path of <see cref="Root"/> until it is published.</summary>
    public string Directory => _parent is null ? _path : Path.Join(Path.GetDirectoryName(_path), _name.ToString());

    /// <summary>Begins.</summary>
    /// <param name="directory">Made if missing, refused unless empty.</param>
    /// <exception cref="LayerStoreException"><see cref="ErrorKind.FailedPrecondition"/>: it is not an empty directory.</exception>
    public static UnpackTarget Begin(string directory)
    {
        string path = MountPoints.Resolve(directory);
        bool exists = !MountPoints.IsMissing(path);
        if (exists && (IsStoodIn(path) || MountTable.Read().Any(entry => entry.Target == path)))
        {
            return InPlace(path);
        }

        string above = Path.GetDirectoryName(path)!;
        MountPoints.MakeDirectory(above);
        DirectoryHandle parent = TrustedDirectory.Open(above);
        try
        {
            RemoveDead(parent);
            return Stage(path, parent);
        }
        catch (LayerStoreException e) when (exists && e.Kind == ErrorKind.PermissionDenied)
        {
            parent.Dispose();
            return InPlace(path);
        }
        catch
        {
            parent.Dispose();
            throw;
        }
    }

    /// <summary>Gives the tree its name.</summary>
    /// <param name="mode">The root's, which nobody else could enter until now.</param>
    /// <param name="sync">Whether it is on the disk when this returns.</param>
    public void Publish(uint mode, bool sync)
    {
        _filled.SetMode(null, mode);
        if (sync)
        {
            // Before it has its name, so that what has the name is whole.
            FileSystemSync.SyncFileSystem(_filled.Handle);
        }

        if (_parent is not null)
        {
            // An empty directory is replaced; one that got entries meanwhile is not.
            _parent.Rename(_name, _parent, ByteString.FromText(Path.GetFileName(_path)));
            if (sync)
            {
                FileSystemSync.SyncDirectory(Path.GetDirectoryName(_path)!);
            }
        }

        _isPublished = true;
    }

    /// <summary>Removes what was written, unless it was published. Never throws: whoever ends here has an error to tell already.</summary>
    public void Dispose()
    {
        try
        {
            if (!_isPublished && _parent is not null)
            {
                _parent.RemoveTree(_name);
            }
            else if (!_isPublished)
            {
                Empty(_filled);
                _filled.SetMode(null, _modeBefore);
            }
        }
        catch (LayerStoreException)
        {
        }

        Root.Dispose();
        _filled.Dispose();
        _parent?.Dispose();
    }

    private static UnpackTarget InPlace(string path) => new(path, parent: null, ByteString.Empty, TrustedDirectory.Open(path));

    private static UnpackTarget Stage(string path, DirectoryHandle parent)
    {
        while (true)
        {
            ByteString name = ByteString.FromText(Prefix + RandomNumberGenerator.GetHexString(16, lowercase: true) + Suffix);
            parent.MakeDirectory(name, PrivateMode);

            // Between the two calls another unpack may take it for a dead one's.
            if (parent.TryOpenChild(name) is { } held)
            {
                if (held.TryLock() && parent.TryStat(name) is not null)
                {
                    return new UnpackTarget(path, parent, name, held);
                }

                held.Dispose();
            }
        }
    }

    private static void RemoveDead(DirectoryHandle parent)
    {
        foreach (DirectoryItem item in parent.List())
        {
            string name = item.Name.ToString();
            if (!name.StartsWith(Prefix, StringComparison.Ordinal) || !name.EndsWith(Suffix, StringComparison.Ordinal))
            {
                continue;
            }

            using DirectoryHandle? dead = parent.TryOpenChild(item.Name);
            if (dead is not null && dead.TryLock())
            {
                parent.RemoveTree(item.Name);
            }
        }
    }

    private static void Empty(DirectoryHandle directory)
    {
        foreach (DirectoryItem item in directory.List())
        {
            directory.RemoveTree(item.Name);
        }
    }

    private static bool IsStoodIn(string path) => MountPoints.Resolve(".") == path;
}
