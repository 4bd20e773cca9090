using LayerStore;
using LayerStore.Content;
using Snapshotter.Linux;
using Snapshotter.Snapshots;
using Snapshotter.Snapshots.Database;

namespace Snapshotter.Layers.Check;

/// <summary>Compares the records with the directories and the mounts, and finds what nothing names.</summary>
internal sealed class StructureChecker(StoreLayout layout, IContentStore content, DirectorySnapshotter snapshots, CheckOptions options)
{
    private readonly List<CheckFinding> _findings = [];

    /// <summary>Finds what is wrong, and with <see cref="CheckOptions.Repair"/> removes what is only in the way.</summary>
    public async Task<IReadOnlyList<CheckFinding>> CheckAsync(CancellationToken cancellationToken)
    {
        CheckSnapshots();
        CheckMounts();
        await CheckIngestsAsync(cancellationToken).ConfigureAwait(false);
        await CheckLeftoversAsync(cancellationToken).ConfigureAwait(false);
        return _findings;
    }

    // A layer's own directory is the layer checker's to miss.
    private void CheckSnapshots()
    {
        foreach (TreeUser user in snapshots.Trees.FindUsers().Where(user => user.DiffId is null))
        {
            if (!Directory.Exists(layout.Tree(user.Tree)))
            {
                _findings.Add(new CheckFinding(CheckSubject.Snapshot, user.Key!, $"its directory t/{user.Tree} is missing, and what was written to it") { IsDamage = true });
            }
        }
    }

    private void CheckMounts()
    {
        HashSet<string> mounted = [.. MountTable.Read().Select(mount => mount.Target)];
        foreach (MountRecord record in snapshots.MountRecords.List().Where(record => !mounted.Contains(record.Target)))
        {
            bool removed = options.Repair && snapshots.MountRecords.Remove(record.Target);
            _findings.Add(new CheckFinding(
                CheckSubject.Mount, record.Target, $"the snapshot \"{Printable.Text(record.Key)}\" is not mounted here any more{(removed ? "; the record was removed" : string.Empty)}")
            {
                IsRepaired = removed,
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
            .. Directory.EnumerateFileSystemEntries(layout.Trash).Select(path => $"trash/{Path.GetFileName(path)}")];
        if (options.Repair)
        {
            await snapshots.CleanupAsync(cancellationToken).ConfigureAwait(false);
        }

        _findings.AddRange(leftovers.Order(StringComparer.Ordinal).Select(name =>
            new CheckFinding(CheckSubject.Leftover, name, options.Repair ? "nothing named it, and it was removed" : "nothing names it; check --repair removes it") { IsRepaired = options.Repair }));
    }
}
