using LayerStore;
using LayerStore.Tar;
using Snapshotter.Linux;
using Snapshotter.Snapshots.Database;
using Snapshotter.Snapshots.Trees;

namespace Snapshotter.Snapshots.Overlay;

/// <content>The directories of a new snapshot, which its record and its parent say all about, and how they are made again.</content>
public sealed partial class OverlaySnapshotter
{
    // Until its metadata is whole; the sticky bit marks it.
    private const uint NewTopMode = 0b001_111_000_000; // rwx-----T
    private const uint WorkMode = 0b111_000_000; // rwx------

    /// <summary>Makes the missing directories of an active snapshot or view again, as far as they hold nothing.</summary>
    internal void Restore(string key)
    {
        (SnapshotRow row, List<TreeRow> chain) = Database.Read(s =>
        {
            SnapshotRow row = Require(s, key);
            return (row, SnapshotTable.Chain(s, row.Id));
        });
        if (row.Kind == SnapshotKind.View && !TrustedDirectory.Exists(Layout.Tree(row.Tree)))
        {
            MakeTop(row.Tree, OverlayStack.Of(chain.Skip(1)).Root);
            SyncDirectory(Layout.Tree(row.Tree));
        }

        if (row.Kind == SnapshotKind.Active && !TrustedDirectory.Exists(Layout.Work(row.Tree)))
        {
            MakeWork(row.Tree);
            SyncDirectory(Layout.Works);
        }

        SyncDirectory(Layout.Trees);
    }

    private protected override bool BorrowsTree(SnapshotKind kind) => false;

    private protected override bool Fill(
        SnapshotKind kind, long tree, IReadOnlyList<TreeRow> below, IdMapping? mapping, CancellationToken cancellationToken)
    {
        // An upper is shown as it is; a view's top is one more lower, and mapped with the others.
        MakeTop(tree, OverlayStack.Of(below).Root, kind == SnapshotKind.Active ? mapping : null);
        if (kind == SnapshotKind.Active)
        {
            MakeWork(tree);
        }

        return false;
    }

    private protected override void Restore(long snapshot)
    {
        if (Database.Read(s => SnapshotTable.FindById(s, snapshot) is { } row ? (row, SnapshotTable.Chain(s, snapshot)) : default) is not ({ } row, { } chain))
        {
            return;
        }

        string top = Layout.Tree(row.Tree);
        IdMapping? mapping = row.Kind == SnapshotKind.Active ? row.Mapping : null;
        TreeRow? rootSource = OverlayStack.Of(chain.Skip(1)).Root;
        if (!TrustedDirectory.Exists(top))
        {
            MakeTop(row.Tree, rootSource, mapping);
        }
        else
        {
            using DirectoryHandle handle = TrustedDirectory.Open(top);
            if (handle.Stat().Mode == NewTopMode)
            {
                SetTopMetadata(handle, rootSource, mapping);
            }
        }

        if (row.Kind == SnapshotKind.Active && !TrustedDirectory.Exists(Layout.Work(row.Tree)))
        {
            MakeWork(row.Tree);
        }

        SyncDirectory(top);
    }

    // Also its time: a file that came and went may come back with a power cut.
    private protected override bool IsAsMade(SnapshotRow row, IReadOnlyList<TreeRow> chain)
    {
        using DirectoryHandle top = TrustedDirectory.Open(Layout.Tree(row.Tree));
        if (top.List().Any())
        {
            return false;
        }

        if (OverlayStack.Of(chain.Skip(1)).Root is not { } rootSource)
        {
            return row.Mapping is null && RootMetadata.IsDefault(top, _overlay) && top.Stat().ModifiedAt == Timestamp.Epoch;
        }

        using DirectoryHandle source = TrustedDirectory.Open(DirectoryOf(rootSource));
        return row.Mapping is null && RootMetadata.IsCopy(source, top, _overlay);
    }

    // Its mtime says nothing: making files in it changes that.
    private protected override bool HasRootEntry(long tree)
    {
        using DirectoryHandle top = TrustedDirectory.Open(Layout.Tree(tree));
        return !RootMetadata.IsDefault(top, _overlay);
    }

    private void MakeTop(long tree, TreeRow? rootSource, IdMapping? mapping = null)
    {
        using DirectoryHandle trees = TrustedDirectory.Open(Layout.Trees);
        ByteString name = ByteString.FromText(tree.ToString());
        trees.MakeDirectory(name, NewTopMode);
        using DirectoryHandle top = trees.OpenChild(name);
        SetTopMetadata(top, rootSource, mapping);
    }

    private void SetTopMetadata(DirectoryHandle top, TreeRow? rootSource, IdMapping? mapping)
    {
        if (rootSource is null)
        {
            RootMetadata.SetDefault(top, mapping);
            return;
        }

        using DirectoryHandle source = TrustedDirectory.Open(DirectoryOf(rootSource));
        RootMetadata.Copy(source, top, _overlay, mapping);
    }

    private void MakeWork(long tree)
    {
        using DirectoryHandle works = TrustedDirectory.Open(Layout.Works);
        works.MakeDirectory(ByteString.FromText(tree.ToString()), WorkMode);
    }
}
