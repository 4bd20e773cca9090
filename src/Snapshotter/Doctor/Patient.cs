using LayerStore.Content;
using Snapshotter.Linux;
using Snapshotter.Snapshots.Database;
using Snapshotter.Snapshots.Native;
using Snapshotter.Snapshots.Overlay;

namespace Snapshotter.Doctor;

/// <summary>What is examined: a store's root, or where one would be made, and what this process is to it.</summary>
internal sealed class Patient : IDisposable
{
    private readonly Lazy<Scratch> _scratch;
    private readonly Lazy<Scratch> _temporary;

    /// <summary>Looks at a root without making anything.</summary>
    public Patient(string root, DoctorOptions options)
    {
        Root = Path.GetFullPath(root);
        Place = Scratch.PlaceOf(Root);
        HasStore = Exists(Root);
        string? driver = HasStore ? DriverOf(Root) : null;
        IsOverlay = driver is null ? options.Driver is not StoreDriver.Native : driver != NativeSnapshotter.DriverName;
        HasImages = driver is null ? options.Driver is StoreDriver.Erofs : driver == OverlaySnapshotter.ErofsDriverName;
        _scratch = new Lazy<Scratch>(MakeScratch, LazyThreadSafetyMode.None);
        _temporary = new Lazy<Scratch>(() => Scratch.Make(Path.GetTempPath()), LazyThreadSafetyMode.None);
        Xattrs = new OverlayXattrs(UsesUserXattrs ? "user" : "trusted");
    }

    /// <summary>The store's root, an absolute path.</summary>
    public string Root { get; }

    /// <summary>The root, or the nearest directory above it that exists.</summary>
    public string Place { get; }

    /// <summary>Whether there is a store.</summary>
    public bool HasStore { get; }

    /// <summary>Whether it stacks layers by overlayfs.</summary>
    public bool IsOverlay { get; }

    /// <summary>Whether its layers are images.</summary>
    public bool HasImages { get; }

    /// <summary>Whether a store that this process makes keeps overlay's marks in <c>user.*</c>.</summary>
    public static bool UsesUserXattrs => !(Privileges.IsRoot && UserNamespace.Current.IsInitial);

    /// <summary>Overlay's names for such a store.</summary>
    public OverlayXattrs Xattrs { get; }

    /// <summary>A directory for trying things in, made when it is first asked for.</summary>
    /// <exception cref="LayerStore.LayerStoreException">The place cannot be written to.</exception>
    public Scratch Scratch => _scratch.Value;

    /// <summary>The same; where the place cannot be written to, one for temporary files, which is enough to try the kernel.</summary>
    public Scratch KernelScratch
    {
        get
        {
            try
            {
                return Scratch;
            }
            catch (LayerStore.LayerStoreException)
            {
                return _temporary.Value;
            }
        }
    }

    /// <summary>How to call the program with more rights.</summary>
    public string AskForRoot => $"sudo layerstore --root {Shell(Root)} COMMAND, or: unshare -Urm --map-auto layerstore COMMAND";

    /// <summary>A word of a shell command.</summary>
    public static string Shell(string word) =>
        word.All(c => char.IsAsciiLetterOrDigit(c) || c is '/' or '.' or '-' or '_') ? word : $"'{word.Replace("'", "'\\''", StringComparison.Ordinal)}'";

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (Lazy<Scratch> made in (Lazy<Scratch>[])[_scratch, _temporary])
        {
            if (made.IsValueCreated)
            {
                made.Value.Dispose();
            }
        }
    }

    private Scratch MakeScratch()
    {
        try
        {
            return Scratch.Make(Place);
        }
        catch (LinuxException e) when (e.Errno is Errno.EACCES or Errno.EPERM)
        {
            throw Probe.Fault($"nothing can be written in {LayerStore.Printable.Text(Place)}: permission denied", AskForRoot);
        }
        catch (LinuxException e) when (e.Errno is Errno.EROFS)
        {
            throw Probe.Fault($"nothing can be written in {LayerStore.Printable.Text(Place)}: it is mounted read-only", $"mount -o remount,rw {Shell(Place)}");
        }
    }

    // A root that this user cannot look into is none that can be used.
    private static bool Exists(string root)
    {
        try
        {
            return StoreLayout.Exists(root);
        }
        catch (LayerStore.LayerStoreException)
        {
            return false;
        }
    }

    // Whether the database can be read is another probe's to say.
    private static string? DriverOf(string root)
    {
        try
        {
            return SnapshotDatabase.DriverOf(StoreLayout.Open(root));
        }
        catch (LayerStore.LayerStoreException)
        {
            return null;
        }
    }
}
