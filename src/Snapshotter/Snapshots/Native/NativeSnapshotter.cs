using LayerStore;
using LayerStore.Content;
using LayerStore.Metadata;
using Snapshotter.Linux;
using Snapshotter.Snapshots.Database;
using Snapshotter.Snapshots.Trees;

namespace Snapshotter.Snapshots.Native;

/// <summary>
/// The driver that needs nothing of the kernel but bind mounts: each snapshot is a whole tree, and prepare copies the
/// parent's (by reflink where the file system can). A view shows its parent's tree itself, read-only.
/// </summary>
public sealed class NativeSnapshotter : DirectorySnapshotter
{
    /// <summary>The driver's name.</summary>
    public const string DriverName = "native";

    private const uint NewMode = 0b111_101_101; // rwxr-xr-x

    internal NativeSnapshotter(StoreLayout layout, SqliteDatabase database, SnapshotterOptions options)
        : base(layout, database, options)
    {
    }

    // What was prepared without a parent does not hold the parent's files.
    private protected override bool CanRebase => false;

    /// <summary>Opens the snapshots of a store. Any number of processes may have them open.</summary>
    /// <exception cref="LayerStoreException"><see cref="ErrorKind.FailedPrecondition"/>: they belong to another driver;
    /// <see cref="ErrorKind.NotFound"/>: the store is read-only and has none; others as
    /// <see cref="SqliteDatabase.Open"/>.</exception>
    public static NativeSnapshotter Open(StoreLayout layout, SnapshotterOptions? options = null) =>
        (NativeSnapshotter)SnapshotDrivers.Open(layout, DriverName, options);

    private protected override bool BorrowsTree(SnapshotKind kind) => kind == SnapshotKind.View;

    private protected override bool Fill(
        SnapshotKind kind, long tree, IReadOnlyList<TreeRow> below, IdMapping? mapping, CancellationToken cancellationToken)
    {
        using DirectoryHandle trees = TrustedDirectory.Open(Layout.Trees);
        ByteString name = ByteString.FromText(tree.ToString());
        trees.MakeDirectory(name, NewMode);
        if (below.Count == 0)
        {
            using DirectoryHandle top = trees.OpenChild(name);
            RootMetadata.SetDefault(top);
            SyncDirectory(Layout.Tree(tree));
            SyncDirectory(Layout.Trees);
            return true;
        }

        using DirectoryHandle works = TrustedDirectory.Open(Layout.Works);
        works.MakeDirectory(name, NewMode);
        using (DirectoryHandle scratch = works.OpenChild(name))
        {
            TreeCopier.Copy(Layout.Tree(below[0].Id), Layout.Tree(tree), scratch, cancellationToken);
        }

        Trees.DeleteWork(tree);
        SyncFileSystem(trees);
        return true;
    }

    private protected override IReadOnlyList<Mount> MountsOf(SnapshotRow row, IReadOnlyList<TreeRow> chain) =>
        [new Mount("bind", Layout.Tree(row.Tree), ["rbind", row.Kind == SnapshotKind.View ? "ro" : "rw"])];
}
