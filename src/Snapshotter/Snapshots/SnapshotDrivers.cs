using LayerStore;
using LayerStore.Content;
using LayerStore.Metadata;
using Snapshotter.Snapshots.Database;
using Snapshotter.Snapshots.Native;
using Snapshotter.Snapshots.Overlay;

namespace Snapshotter.Snapshots;

/// <summary>Opens a store's snapshots with the driver that they belong to. A store has one driver, fixed at the first opening.</summary>
public static class SnapshotDrivers
{
    /// <summary>The drivers' names.</summary>
    public static IReadOnlyList<string> Names { get; } = [OverlaySnapshotter.DriverName, OverlaySnapshotter.ErofsDriverName, NativeSnapshotter.DriverName];

    /// <summary>Opens a store's snapshots.</summary>
    /// <param name="layout">The store.</param>
    /// <param name="driver">The driver; null for the store's own, and overlay for a new store.</param>
    /// <param name="options">How to open them.</param>
    /// <exception cref="LayerStoreException"><see cref="ErrorKind.InvalidArgument"/>: no such driver;
    /// <see cref="ErrorKind.FailedPrecondition"/>: the store belongs to another one; <see cref="ErrorKind.Unimplemented"/>: it is new, and its
    /// file system cannot hold overlay's marks, or images cannot be mounted from files there.</exception>
    public static DirectorySnapshotter Open(StoreLayout layout, string? driver = null, SnapshotterOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(layout);
        if (driver is not null && !Names.Contains(driver))
        {
            throw new LayerStoreException(
                ErrorKind.InvalidArgument, $"there is no driver \"{Printable.Text(driver)}\"", $"The drivers are: {string.Join(", ", Names)}.");
        }

        options ??= new SnapshotterOptions();
        SqliteDatabase database = SnapshotDatabase.Open(layout, driver, options.Sync, out string recorded);
        DirectorySnapshotter opened = recorded == NativeSnapshotter.DriverName
            ? new NativeSnapshotter(layout, database, options)
            : new OverlaySnapshotter(layout, database, options, images: recorded == OverlaySnapshotter.ErofsDriverName);
        try
        {
            opened.Recover();
            return opened;
        }
        catch
        {
            opened.Dispose();
            throw;
        }
    }
}
