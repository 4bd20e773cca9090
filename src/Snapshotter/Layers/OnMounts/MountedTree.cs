using LayerStore;
using Snapshotter.Linux;
using Snapshotter.Snapshots;

namespace Snapshotter.Layers.OnMounts;

/// <summary>
/// What mounts show, for as long as it is open. One mount is attached nowhere, and so is gone with this process however that ends;
/// only several, which lie on each other, need a place.
/// </summary>
internal sealed class MountedTree : IDisposable
{
    private readonly Stack<string> _places;

    private MountedTree(RootDirectory root, Stack<string> places)
    {
        Root = root;
        _places = places;
    }

    /// <summary>The root of what they show.</summary>
    public RootDirectory Root { get; }

    /// <summary>Mounts.</summary>
    /// <param name="mounts">In the order to mount them, one on the other; at least one.</param>
    /// <exception cref="LayerStoreException"><see cref="ErrorKind.InvalidArgument"/>: none; others as <see cref="Mounter.Mount"/>.</exception>
    public static MountedTree Open(IReadOnlyList<Mount> mounts) => mounts.Count switch
    {
        0 => throw new LayerStoreException(ErrorKind.InvalidArgument, "there are no mounts", "Give those of a snapshot."),
        1 => new MountedTree(Mounter.MountDetached(mounts[0]), []),
        _ => OpenStacked(mounts),
    };

    /// <summary>Mounts to read only. An overlay's upper becomes its topmost lower: the upper of a running container is not to be mounted twice.</summary>
    /// <inheritdoc cref="Open"/>
    public static MountedTree OpenToRead(IReadOnlyList<Mount> mounts) => Open([.. mounts.Select(ToRead)]);

    /// <inheritdoc/>
    public void Dispose()
    {
        Root.Dispose();
        Unmount(_places);
    }

    private static MountedTree OpenStacked(IReadOnlyList<Mount> mounts)
    {
        Stack<string> places = [];
        string place = Directory.CreateTempSubdirectory("layerstore-").FullName;
        places.Push(place);
        try
        {
            foreach (Mount mount in mounts)
            {
                Mounter.Mount(mount, place);
                places.Push(place);
            }

            return new MountedTree(RootDirectory.Open(place), places);
        }
        catch
        {
            Unmount(places);
            throw;
        }
    }

    // The first is the directory itself.
    private static void Unmount(Stack<string> places)
    {
        while (places.TryPop(out string? place))
        {
            if (places.Count == 0)
            {
                Directory.Delete(place);
            }
            else
            {
                Mounter.Unmount(place, lazy: true);
            }
        }
    }

    private static Mount ToRead(Mount mount)
    {
        if (OverlayDirectories.TryRead(mount) is not { Upper: { } upper } directories)
        {
            return mount with { Options = [.. mount.Options.Where(static option => option != "rw"), "ro"] };
        }

        IEnumerable<string> kept = mount.Options.Where(static option => option is not ("rw" or "volatile") && Name(option) is not ("lowerdir" or "lowerdir+" or "upperdir" or "workdir"));
        IEnumerable<string> lowers = directories.Lowers.Prepend(upper).Select(static directory => "lowerdir+=" + directory);
        return mount with { Options = [.. kept, .. lowers, "ro"] };
    }

    private static string Name(string option) => option.Split('=', 2)[0];
}
