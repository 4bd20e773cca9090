using LayerStore;
using LayerStore.Content;
using Snapshotter.Linux;
using Snapshotter.Snapshots;
using Snapshotter.Snapshots.Database;
using Snapshotter.Snapshots.Mounted;
using Snapshotter.Snapshots.Trees;

namespace Snapshotter.Layers.Check;

/// <summary>Compares the records with the directories and the mounts, and finds what nothing names.</summary>
internal sealed class StructureChecker(StoreLayout layout, IContentStore content, DirectorySnapshotter snapshots, CheckOptions options)
{
    private const uint OfOwner = 0b111_000_000; // rwx------
    private const uint OfOthers = 0b000_111_111;

    private readonly List<CheckFinding> _findings = [];

    /// <summary>Finds what is wrong, and with <see cref="CheckOptions.Repair"/> removes what is only in the way.</summary>
    public async Task<IReadOnlyList<CheckFinding>> CheckAsync(CancellationToken cancellationToken)
    {
        CheckDirectories();
        CheckSnapshots();
        CheckMounts();
        CheckLocks();
        await CheckIngestsAsync(cancellationToken).ConfigureAwait(false);
        await CheckLeftoversAsync(cancellationToken).ConfigureAwait(false);
        return _findings;
    }

    // The store's directories hold other people's files and setuid programs: nobody else may enter them.
    private void CheckDirectories()
    {
        foreach (string directory in (string[])[layout.Trees, layout.Works, layout.Manifests, layout.Trash, layout.Locks, layout.Ingests, Path.Join(layout.Root, "blobs")])
        {
            using DirectoryHandle handle = TrustedDirectory.Open(directory);
            uint mode = handle.Stat().Mode;
            if ((mode & OfOthers) == 0)
            {
                continue;
            }

            if (options.Repair)
            {
                handle.SetMode(null, OfOwner);
            }

            _findings.Add(new CheckFinding(CheckSubject.Directory, Path.GetFileName(directory), $"its mode is {Convert.ToString(mode, 8)}, so that others can enter it")
            {
                IsDamage = true,
                IsRepaired = options.Repair,
            });
        }
    }

    // A tree with a manifest is the layer checker's to miss; the top of an overlay's view the overlay checker's.
    private void CheckSnapshots()
    {
        foreach (TreeUser user in snapshots.Trees.FindUsers().Where(user => user.Manifest is null && (user.Kind != SnapshotKind.View || snapshots is not ILayerSnapshotter)))
        {
            if (!TrustedDirectory.Exists(layout.Tree(user.Tree)))
            {
                _findings.Add(new CheckFinding(CheckSubject.Snapshot, user.Key, $"its directory t/{user.Tree} is missing, and what was written to it; give it up with: layerstore snapshot rm")
                {
                    IsDamage = true,
                });
            }
        }
    }

    private void CheckMounts()
    {
        foreach (StrayMount stray in MountAudit.Find(snapshots))
        {
            bool removed = options.Repair && stray.Kind == StrayMountKind.Gone && snapshots.MountRecords.Remove(stray.Target);
            string key = $"\"{Printable.Text(stray.What)}\"";
            string what = stray.Kind switch
            {
                StrayMountKind.Gone => $"the snapshot {key} is not mounted here any more{(removed ? "; the record was removed" : "")}",
                StrayMountKind.Replaced => $"something else than the snapshot {key} is mounted here; unmount it, or use another directory",
                _ => $"shows {stray.What}, which is not in this store any more; unmount it",
            };
            _findings.Add(new CheckFinding(CheckSubject.Mount, stray.Target, what) { IsRepaired = removed });
        }
    }

    private void CheckLocks()
    {
        foreach (string name in snapshots.Trees.FindDeadLocks())
        {
            _findings.Add(new CheckFinding(CheckSubject.Lock, $"locks/{name}", options.Repair ? "its process is dead, and it was removed" : "its process is dead; check --repair removes it")
            {
                IsRepaired = options.Repair,
            });
        }
    }

    private async Task CheckIngestsAsync(CancellationToken cancellationToken)
    {
        await foreach (IngestStatus ingest in content.ListIngestsAsync(cancellationToken).ConfigureAwait(false))
        {
            if (!ingest.IsActive)
            {
                _findings.Add(new CheckFinding(
                    CheckSubject.Leftover, $"ingest {ingest.Reference}", $"{ingest.Offset} bytes that a pull or commit left; the next one goes on with them, or: layerstore content abort"));
            }
        }
    }

    private async Task CheckLeftoversAsync(CancellationToken cancellationToken)
    {
        List<string> leftovers = [
            .. snapshots.Trees.FindOrphans().Select(orphan => $"{Path.GetFileName(orphan.Directory)}/{orphan.Tree}"),
            .. snapshots.Trees.Trash.IsWaiting ? snapshots.Trees.Trash.List().Select(name => $"trash/{name}") : []];
        if (options.Repair)
        {
            await snapshots.CleanupAsync(cancellationToken).ConfigureAwait(false);
        }

        _findings.AddRange(leftovers.Order(StringComparer.Ordinal).Select(name =>
            new CheckFinding(CheckSubject.Leftover, name, options.Repair ? "nothing named it, and it was removed" : "nothing names it; check --repair removes it") { IsRepaired = options.Repair }));
    }
}
