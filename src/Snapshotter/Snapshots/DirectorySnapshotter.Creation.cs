using LayerStore.Content;
using LayerStore.Metadata;
using Snapshotter.Linux;
using Snapshotter.Snapshots.Database;

namespace Snapshotter.Snapshots;

/// <content>How active snapshots and views are made.</content>
public abstract partial class DirectorySnapshotter
{
    private async Task<IReadOnlyList<Mount>> CreateAsync(
        SnapshotKind kind, string key, string? parent, IReadOnlyDictionary<string, string>? labels, CancellationToken cancellationToken)
    {
        SnapshotErrors.CheckKey(key);
        Labels.Validate((labels ??= Labels.None)!);
        Layout.RequireWritable();
        IdMapping? mapping = MappingOf(labels);
        (SnapshotRow? parentRow, List<TreeRow> below) = Database.Read(s =>
        {
            SnapshotRow? parentRow = CheckCreate(s, key, parent);
            return (parentRow, SnapshotTable.Chain(s, parentRow?.Id));
        });

        // What is shown for the mounts stays shown from the transaction on, because of the record.
        using StoreLock? held = Images is { } images ? await images.HoldAsync(cancellationToken).ConfigureAwait(false) : null;

        // Crash points: until the transaction the tree is a draft, which the next opening removes. What the disk may lack after it is empty, and
        // the tree keeps its writer: the next opening makes it again.
        bool isDurable = true;
        bool borrows = parentRow is not null && BorrowsTree(kind);
        long tree = borrows ? parentRow!.Tree : await Trees.AddDraftAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            if (!borrows)
            {
                isDurable = Fill(kind, tree, below, mapping, cancellationToken);
            }

            return Database.Write(s =>
            {
                if (CheckCreate(s, key, parent)?.Id != parentRow?.Id)
                {
                    throw SnapshotErrors.Changed(parent!);
                }

                if (!borrows && (isDurable || !Options.Sync))
                {
                    TreeTable.SetDurable(s, tree);
                }

                DateTimeOffset now = Now;
                long id = Table.Add(s, key, kind, parentRow?.Id, tree, now, mapping);
                SnapshotTable.ReplaceLabels(s, id, labels);
                SnapshotRow row = new(id, key, kind, parentRow?.Id, parent, tree, now, now) { Mapping = mapping };
                return MappedMountsOf(row, [new TreeRow(tree, HasRootEntry: true, HasOpaqueRoot: false), .. below]);
            });
        }
        catch when (!borrows)
        {
            Trees.Discard(tree);
            throw;
        }
    }

    private IdMapping? MappingOf(IReadOnlyDictionary<string, string>? labels)
    {
        string? users = labels?.GetValueOrDefault(WellKnownLabels.UserMapping);
        string? groups = labels?.GetValueOrDefault(WellKnownLabels.GroupMapping);
        return Options.MapIds && (users ?? groups) is not null ? IdMapping.Parse(users, groups) : null;
    }

    // The options are containerd's; whoever mounts makes mapped mounts of the lowers, or of a bind mount (containerd 2, core/mount).
    private IReadOnlyList<Mount> MappedMountsOf(SnapshotRow row, IReadOnlyList<TreeRow> chain)
    {
        IReadOnlyList<Mount> mounts = MountsOf(row, chain);
        return row.Mapping is { } mapping
            ? [.. mounts.Select(m => m with { Options = [$"uidmap={mapping.UserText}", $"gidmap={mapping.GroupText}", .. m.Options] })]
            : mounts;
    }

    private SnapshotRow? CheckCreate(SqliteSession session, string key, string? parent)
    {
        if (Table.Find(session, key) is not null)
        {
            throw SnapshotErrors.Taken(key);
        }

        return parent is null ? null : RequireParent(session, parent);
    }
}
