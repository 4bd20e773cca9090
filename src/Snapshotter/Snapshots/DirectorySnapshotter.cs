using System.Runtime.CompilerServices;
using LayerStore;
using LayerStore.Content;
using LayerStore.Metadata;
using Snapshotter.Linux;
using Snapshotter.Snapshots.Database;
using Snapshotter.Snapshots.Images;
using Snapshotter.Snapshots.Trees;

namespace Snapshotter.Snapshots;

/// <summary>
/// What the drivers that keep directories have in common: the records, the order in which disk and records change, and
/// the errors. A driver says how a tree is filled and which mounts show it.
/// </summary>
/// <remarks>Whatever is slow happens outside of a transaction, on a draft that only this process has; the transaction
/// that ends a call checks again what the call began with. See <see cref="SnapshotDatabase"/> for the records.</remarks>
public abstract partial class DirectorySnapshotter : ISnapshotter, IDisposable
{
    private const int ListBatch = 100;

    /// <summary>Takes over the database, also when it fails.</summary>
    /// <param name="layout">The store.</param>
    /// <param name="database">Its records.</param>
    /// <param name="options">How it was opened.</param>
    /// <param name="images">Whether layers may be images.</param>
    private protected DirectorySnapshotter(StoreLayout layout, SqliteDatabase database, SnapshotterOptions options, bool images = false)
    {
        Layout = layout;
        Options = options;
        Database = database;
        try
        {
            StoreOwner.RequireName(Options.Owner);
            Table = new SnapshotTable(Options.Owner);
            Images = images ? new LayerImages(layout, Database) : null;
            Trees = new TreeStore(layout, Database, Restore, tree => Images?.Hide(tree), options.LeaveTrash);
            MountRecords = new MountRecords(Database, Options.Owner);
        }
        catch
        {
            Database.Dispose();
            throw;
        }
    }

    /// <summary>Where this owner's snapshots were mounted by the commands of this store.</summary>
    public MountRecords MountRecords { get; }

    /// <summary>The store.</summary>
    public StoreLayout Layout { get; }

    private protected SnapshotterOptions Options { get; }

    /// <summary>Whether what is published is on the disk first.</summary>
    internal bool Syncs => Options.Sync;

    private protected SqliteDatabase Database { get; }

    private protected SnapshotTable Table { get; }

    internal TreeStore Trees { get; }

    /// <summary>Shows the layers that are images; null for a driver that has none.</summary>
    internal LayerImages? Images { get; }

    private protected DateTimeOffset Now => Options.Clock.GetUtcNow();

    /// <inheritdoc/>
    public Task<SnapshotInfo?> StatAsync(string key, CancellationToken cancellationToken = default)
    {
        SnapshotErrors.CheckKey(key);
        cancellationToken.ThrowIfCancellationRequested();
        return Task.FromResult(Database.Read(s => Table.Find(s, key) is { } row ? SnapshotTable.ToInfo(s, row) : null));
    }

    /// <summary>The tree that a snapshot has for its own, or shares with its parent; null if there is no such snapshot.</summary>
    internal long? FindTree(string key) => Database.Read(s => Table.Find(s, key)?.Tree);

    /// <summary>The tree of a snapshot and the digest of its manifest; null if it has none.</summary>
    internal (long Tree, Digest Manifest)? FindManifest(string key) =>
        Database.Read(s => Table.Find(s, key) is { } row && TreeTable.GetManifest(s, row.Tree) is { } manifest ? (row.Tree, manifest) : default((long, Digest)?));

    /// <inheritdoc/>
    public async IAsyncEnumerable<SnapshotInfo> ListAsync(
        SnapshotFilter? filter = null, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        await Task.CompletedTask.ConfigureAwait(false);
        List<SnapshotInfo> batch;
        string last = string.Empty;
        do
        {
            cancellationToken.ThrowIfCancellationRequested();
            batch = Database.Read(s => Table.List(s, last, ListBatch));
            foreach (SnapshotInfo snapshot in batch)
            {
                last = snapshot.Name;
                if (filter is null || filter.Matches(snapshot))
                {
                    yield return snapshot;
                }
            }
        }
        while (batch.Count == ListBatch);
    }

    /// <inheritdoc/>
    public Task<SnapshotInfo> SetLabelsAsync(
        string key, IReadOnlyDictionary<string, string?> changes, bool replace = false, CancellationToken cancellationToken = default)
    {
        SnapshotErrors.CheckKey(key);
        Labels.Validate(changes);
        cancellationToken.ThrowIfCancellationRequested();
        return Task.FromResult(Database.Write(s =>
        {
            long id = Require(s, key).Id;
            if (replace)
            {
                SnapshotTable.RemoveLabels(s, id);
            }

            SnapshotTable.ChangeLabels(s, id, changes, Now);
            SnapshotInfo changed = SnapshotTable.ToInfo(s, Require(s, key));
            Labels.Validate(changed.Labels!);
            return changed;
        }));
    }

    /// <inheritdoc/>
    public Task<SnapshotUsage> UsageAsync(string key, CancellationToken cancellationToken = default)
    {
        SnapshotErrors.CheckKey(key);
        cancellationToken.ThrowIfCancellationRequested();
        (SnapshotRow row, SnapshotUsage recorded, bool isParents) = Database.Read(s =>
        {
            SnapshotRow row = Require(s, key);
            return (row, TreeTable.GetUsage(s, row.Tree), SharesParentTree(s, row));
        });
        return row.Kind == SnapshotKind.Committed ? Task.FromResult(recorded)
            : isParents ? Task.FromResult(default(SnapshotUsage))
            : Task.FromResult(TreeUsage.Measure(Layout.Tree(row.Tree), cancellationToken));
    }

    /// <inheritdoc/>
    public Task<IReadOnlyList<Mount>> MountsAsync(string key, CancellationToken cancellationToken = default)
    {
        SnapshotErrors.CheckKey(key);
        cancellationToken.ThrowIfCancellationRequested();
        (SnapshotRow row, List<TreeRow> chain) = Database.Read(s =>
        {
            SnapshotRow row = Require(s, key);
            return (row, SnapshotTable.Chain(s, row.Id));
        });
        return row.Kind == SnapshotKind.Committed ? throw SnapshotErrors.Committed(key) : Task.FromResult(MappedMountsOf(row, chain));
    }

    /// <inheritdoc/>
    public Task<IReadOnlyList<Mount>> PrepareAsync(
        string key, string? parent, IReadOnlyDictionary<string, string>? labels = null, CancellationToken cancellationToken = default) =>
        CreateAsync(SnapshotKind.Active, key, parent, labels, cancellationToken);

    /// <inheritdoc/>
    public Task<IReadOnlyList<Mount>> ViewAsync(
        string key, string? parent, IReadOnlyDictionary<string, string>? labels = null, CancellationToken cancellationToken = default) =>
        CreateAsync(SnapshotKind.View, key, parent, labels, cancellationToken);

    /// <inheritdoc/>
    public Task CommitAsync(
        string name, string key, IReadOnlyDictionary<string, string>? labels = null, string? parent = null, CancellationToken cancellationToken = default) =>
        CommitAsync(name, key, labels, parent, measured: null, cancellationToken);

    /// <summary>Commits a snapshot whose tree was described: its manifest lies where the layout says.</summary>
    internal Task CommitAsync(
        string name,
        string key,
        IReadOnlyDictionary<string, string>? labels,
        string? parent,
        (Digest Manifest, SnapshotUsage Usage)? measured,
        CancellationToken cancellationToken)
    {
        SnapshotErrors.CheckKey(name);
        SnapshotErrors.CheckKey(key);
        Labels.Validate((labels ??= Labels.None)!);
        (SnapshotRow before, List<TreeRow>? unsynced) = Database.Read(s =>
        {
            SnapshotRow row = CheckCommit(s, name, key, parent).Row;
            RefuseIfMounted(s, key, "commit");
            return (row, TreeTable.IsUnsynced(s, row.Tree) ? SnapshotTable.Chain(s, row.Id) : null);
        });
        cancellationToken.ThrowIfCancellationRequested();

        // What Restore makes again need not be waited for; its tree keeps its writer.
        bool isAsMade = unsynced is not null && IsAsMade(before, unsynced);
        if (!isAsMade)
        {
            using DirectoryHandle tree = TrustedDirectory.Open(Layout.Tree(before.Tree));
            SyncFileSystem(tree);
        }

        bool hasRootEntry = before.ParentKey is not null || parent is null || HasRootEntry(before.Tree);
        SnapshotUsage usage = measured?.Usage ?? TreeUsage.Measure(Layout.Tree(before.Tree), cancellationToken);
        Database.Write(s =>
        {
            (SnapshotRow row, long? parentId) = CheckCommit(s, name, key, parent);
            if (row.Id != before.Id || row.Tree != before.Tree)
            {
                throw SnapshotErrors.Changed(key);
            }

            TreeTable.SetUsage(s, row.Tree, usage);
            if (!isAsMade)
            {
                TreeTable.SetDurable(s, row.Tree);
            }

            if (!hasRootEntry)
            {
                TreeTable.RemoveRootEntry(s, row.Tree);
            }

            if (measured is { } described)
            {
                TreeTable.SetManifest(s, row.Tree, described.Manifest);
            }

            SnapshotTable.Commit(s, row.Id, name, parentId, Now);
            SnapshotTable.ReplaceLabels(s, row.Id, labels);
        });
        Trees.DeleteWork(before.Tree);
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public Task RemoveAsync(string key, CancellationToken cancellationToken = default)
    {
        SnapshotErrors.CheckKey(key);
        cancellationToken.ThrowIfCancellationRequested();

        // Crash point: after the transaction the tree has no row; the collector removes it.
        List<TreeRow> below = [];
        long? garbage = Database.Write<long?>(s =>
        {
            RefuseIfMounted(s, key, "remove");
            SnapshotRow row = Require(s, key);
            below = Images is null ? [] : SnapshotTable.Chain(s, row.Parent);
            if (SnapshotTable.HasChildren(s, row.Id))
            {
                throw SnapshotErrors.HasChildren(key);
            }

            SnapshotTable.Remove(s, row.Id);
            return TreeTable.RemoveIfUnused(s, row.Tree) ? row.Tree : null;
        });
        if (garbage is { } tree)
        {
            Trees.Delete(tree);
        }

        Images?.HideUnused(below);
        Options.Removed?.Invoke();
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public Task CleanupAsync(CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        Images?.HideUnused();
        return Trees.CleanUpAsync(cancellationToken);
    }

    /// <summary>Removes and mends what dead processes left, if the store can be written.</summary>
    internal void Recover()
    {
        if (!Layout.IsReadOnly)
        {
            Trees.ReclaimDrafts();
            Trees.Trash.TryTidy();
        }
    }

    /// <summary>Closes the database. Drafts that were not published are removed by whoever opens the store next.</summary>
    public void Dispose()
    {
        Trees.Dispose();
        Database.Dispose();
        GC.SuppressFinalize(this);
    }

    /// <summary>Makes the directories of a new snapshot.</summary>
    /// <param name="kind">Active or view.</param>
    /// <param name="tree">The number of its tree: a draft.</param>
    /// <param name="below">The trees of its parent and of the parent's ancestors, the parent's own first.</param>
    /// <param name="mapping">How its mounts will show the owners of what is below; null for as they are.</param>
    /// <param name="cancellationToken">Cancels a long copy.</param>
    /// <returns>Whether they are on the disk. If not, they are empty, and <see cref="Restore(long)"/> makes them again.</returns>
    private protected abstract bool Fill(
        SnapshotKind kind, long tree, IReadOnlyList<TreeRow> below, IdMapping? mapping, CancellationToken cancellationToken);

    /// <summary>Makes what a power cut may have taken of directories that <see cref="Fill"/> did not wait for, and waits for the disk.</summary>
    /// <param name="snapshot">The number of a snapshot, of any owner.</param>
    private protected virtual void Restore(long snapshot)
    {
    }

    /// <summary>Whether the tree of an active snapshot, which is not known to be on the disk, is as <see cref="Fill"/> made it.</summary>
    /// <param name="row">The snapshot.</param>
    /// <param name="chain">Its tree and those of its ancestors, its own first.</param>
    private protected virtual bool IsAsMade(SnapshotRow row, IReadOnlyList<TreeRow> chain) => false;

    /// <summary>The mounts of an active snapshot or view.</summary>
    /// <param name="row">The snapshot.</param>
    /// <param name="chain">Its tree and those of its ancestors, its own first.</param>
    private protected abstract IReadOnlyList<Mount> MountsOf(SnapshotRow row, IReadOnlyList<TreeRow> chain);

    /// <summary>Whether a new snapshot of this kind needs no tree of its own, but uses its parent's.</summary>
    private protected abstract bool BorrowsTree(SnapshotKind kind);

    /// <summary>Whether an active snapshot that was filled without a parent can be committed on top of one.</summary>
    private protected abstract bool CanRebase { get; }

    /// <summary>Whether the root directory of a tree that was made without a parent was given other metadata than that: else its parent's are shown.</summary>
    private protected virtual bool HasRootEntry(long tree) => true;

    private protected SnapshotRow Require(SqliteSession session, string key) => Table.Find(session, key) ?? throw SnapshotErrors.NotFound(key);

    /// <summary>Waits for all data on the store's file system, if calls are to wait.</summary>
    private protected void SyncFileSystem(DirectoryHandle anyOnIt)
    {
        if (Options.Sync)
        {
            FileSystemSync.SyncFileSystem(anyOnIt.Handle);
        }
    }

    private protected void SyncDirectory(string path)
    {
        if (Options.Sync)
        {
            FileSystemSync.SyncDirectory(path);
        }
    }

    private SnapshotRow RequireParent(SqliteSession session, string parent)
    {
        SnapshotErrors.CheckKey(parent);
        SnapshotRow row = Table.Find(session, parent) ?? throw SnapshotErrors.NoParent(parent);
        return row.Kind == SnapshotKind.Committed ? row : throw SnapshotErrors.ParentNotCommitted(parent);
    }

    private (SnapshotRow Row, long? Parent) CheckCommit(SqliteSession session, string name, string key, string? parent)
    {
        SnapshotRow row = Require(session, key);
        if (row.Kind != SnapshotKind.Active)
        {
            throw SnapshotErrors.NotActive(key, "commit");
        }

        if (Table.Find(session, name) is not null)
        {
            throw SnapshotErrors.Taken(name);
        }

        if (parent is null || parent == row.ParentKey)
        {
            return (row, row.Parent);
        }

        SnapshotRow newParent = RequireParent(session, parent);
        return row.ParentKey is not null ? throw SnapshotErrors.HasParent(key, row.ParentKey)
            : CanRebase ? (row, newParent.Id)
            : throw new LayerStoreException(
                ErrorKind.Unimplemented, "this driver cannot give a snapshot its parent at commit", "Prepare it on top of its parent.");
    }

    // What was mounted by others, such as containerd, is theirs to know.
    private void RefuseIfMounted(SqliteSession session, string key, string verb)
    {
        IReadOnlyList<MountRecord> records = MountRecords.FindByKey(session, key);
        if (records.Count == 0)
        {
            return;
        }

        HashSet<string> mounted = [.. MountTable.Read().Select(m => m.Target)];
        if (records.FirstOrDefault(r => mounted.Contains(r.Target)) is { } record)
        {
            throw SnapshotErrors.Mounted(key, verb, record.Target);
        }
    }

    private bool SharesParentTree(SqliteSession session, SnapshotRow row) =>
        row.ParentKey is not null && BorrowsTree(row.Kind) && Require(session, row.ParentKey).Tree == row.Tree;
}
