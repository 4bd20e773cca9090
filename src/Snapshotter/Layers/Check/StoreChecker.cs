using LayerStore.Content;
using LayerStore.Images;
using LayerStore.Metadata;
using Snapshotter.Snapshots;
using Snapshotter.Snapshots.Overlay;

namespace Snapshotter.Layers.Check;

/// <summary>Checks a whole store: disk against records, records against each other, both against the mounts.</summary>
/// <remarks>The caller holds the store's lock <c>collect</c>: shared to look, so that nothing vanishes meanwhile; alone to repair.</remarks>
internal sealed class StoreChecker(
    StoreLayout layout, SqliteDatabase metadata, ContentStore content, IImageStore images, DirectorySnapshotter snapshots, StoreOptions how)
{
    /// <summary>Checks, and mends if asked to.</summary>
    public async Task<CheckReport> CheckAsync(CheckOptions options, IProgress<StoreProgress>? progress, CancellationToken cancellationToken)
    {
        CheckWatch watch = new(new Throttle(options.BytesPerSecond, how.TimeProvider), progress);
        List<CheckFinding> findings =
        [
            .. CheckDatabase("metadata.db", metadata.CheckIntegrity()),
            .. CheckDatabase("snapshots.db", snapshots.Trees.CheckRecords()),
        ];
        BlobChecker blobs = new(content, images, snapshots, options, watch);
        findings.AddRange(await blobs.CheckAsync(cancellationToken).ConfigureAwait(false));
        CopySources copies = new(content, new LayerSources(content, images, snapshots));
        ITreeMaker maker = snapshots is ILayerSnapshotter layered ? new LayerMaker(layered, copies) : new WholeTreeMaker(layout, snapshots, copies);
        LayerChecker layers = new(layout, snapshots, maker, options, watch, how.Sync);
        findings.AddRange(await layers.CheckAsync(cancellationToken).ConfigureAwait(false));
        if (snapshots is OverlaySnapshotter overlay)
        {
            findings.AddRange(await new OverlayChecker(layout, overlay, how.Owner, options).CheckAsync(cancellationToken).ConfigureAwait(false));
        }

        findings.AddRange(await new StructureChecker(layout, content, snapshots, options).CheckAsync(cancellationToken).ConfigureAwait(false));
        findings.AddRange(await CheckOtherOwnersAsync(options, cancellationToken).ConfigureAwait(false));
        return new CheckReport(findings, blobs.Count, layers.Count);
    }

    /// <summary>Looks at the snapshots of the others as they see them. Last, for to open snapshots empties the trash.</summary>
    private async Task<IReadOnlyList<CheckFinding>> CheckOtherOwnersAsync(CheckOptions options, CancellationToken cancellationToken)
    {
        List<CheckFinding> findings = [];
        foreach (string owner in snapshots.ReadRecords().Snapshots.Select(record => record.Owner).Distinct().Order(StringComparer.Ordinal))
        {
            if (owner != how.Owner && snapshots is OverlaySnapshotter)
            {
                using OverlaySnapshotter theirs = OverlaySnapshotter.Open(layout, new SnapshotterOptions { Owner = owner, Sync = how.Sync });
                findings.AddRange(await new OverlayChecker(layout, theirs, owner, options).CheckAsync(cancellationToken).ConfigureAwait(false));
            }
        }

        return findings;
    }

    private static IEnumerable<CheckFinding> CheckDatabase(string name, IEnumerable<string> faults) =>
        faults.Select(fault => new CheckFinding(CheckSubject.Database, name, fault) { IsDamage = true });
}
