using LayerStore;
using Snapshotter.Linux;

namespace Snapshotter.Doctor;

/// <summary>
/// A directory for trying things in: on the file system that the store is on, or would be made on. It is locked while its process
/// lives; what a doctor that was killed left there is removed by the next one.
/// </summary>
internal sealed unsafe class Scratch : IDisposable
{
    private const string Prefix = ".layerstore-doctor-";
    private const uint Private = 0b111_000_000; // rwx------

    private readonly DirectoryHandle _parent;
    private readonly ByteString _name;
    private readonly DirectoryHandle _self;

    private Scratch(string place, DirectoryHandle parent, ByteString name)
    {
        _parent = parent;
        _name = name;
        FullPath = Path.Join(place, name.ToString());
        parent.MakeDirectory(name, Private);
        _self = parent.OpenChild(name);
        _ = Libc.flock(_self.Handle, Libc.LOCK_EX | Libc.LOCK_NB);
    }

    /// <summary>Its absolute path.</summary>
    public string FullPath { get; }

    /// <summary>The directory that a store's root is in or would be made in: itself if it exists, else the nearest one above it that does.</summary>
    public static string PlaceOf(string root)
    {
        string place = Path.GetFullPath(root);
        while (!Directory.Exists(place) && !File.Exists(place) && Path.GetDirectoryName(place) is { } above)
        {
            place = above;
        }

        return place;
    }

    /// <summary>Makes one in a directory.</summary>
    /// <exception cref="LayerStoreException">It cannot be written to, or is none.</exception>
    public static Scratch Make(string place)
    {
        using RootDirectory root = RootDirectory.Open(place);
        DirectoryHandle parent = root.OpenSelf();
        try
        {
            RemoveLeft(parent);
            return new Scratch(place, parent, ByteString.FromText(Prefix + Guid.NewGuid().ToString("n")[..8]));
        }
        catch
        {
            parent.Dispose();
            throw;
        }
    }

    /// <summary>Makes a directory in it and returns its path.</summary>
    public string MakeDirectory(string path) => Directory.CreateDirectory(Path.Join(FullPath, path)).FullName;

    /// <summary>Removes it with all that it holds. What cannot be removed now is left to the next one.</summary>
    public void Dispose()
    {
        _self.Dispose();
        try
        {
            _parent.RemoveTree(_name);
        }
        catch (LayerStoreException)
        {
        }

        _parent.Dispose();
    }

    private static void RemoveLeft(DirectoryHandle parent)
    {
        foreach (DirectoryItem item in parent.List().Where(item => item.Name.StartsWith(System.Text.Encoding.ASCII.GetBytes(Prefix))))
        {
            using DirectoryHandle? left = parent.TryOpenChild(item.Name);
            if (left is not null && Libc.flock(left.Handle, Libc.LOCK_EX | Libc.LOCK_NB) == 0)
            {
                parent.RemoveTree(item.Name);
            }
        }
    }
}
