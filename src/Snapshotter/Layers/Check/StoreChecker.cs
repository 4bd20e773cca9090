using LayerStore.Content;
using LayerStore.Images;
using LayerStore.Metadata;
using Snapshotter.Snapshots;

namespace Snapshotter.Layers.Check;

/// <summary>Checks a whole store: disk against records, records against each other, both against the mounts.</summary>
/// <remarks>The caller holds the store's lock <c>collect</c>: shared to look, so that nothing vanishes meanwhile; alone to repair.</remarks>
internal sealed class StoreChecker(StoreLayout layout, SqliteDatabase metadata, ContentStore content, IImageStore images, DirectorySnapshotter snapshots)
{
    /// <summary>Checks, and mends if asked to.</summary>
    public async Task<CheckReport> CheckAsync(CheckOptions options, CancellationToken cancellationToken)
    {
        Throttle throttle = new(options.BytesPerSecond);
        List<CheckFinding> findings =
        [
            .. CheckDatabase("metadata.db", metadata.CheckIntegrity()),
            .. CheckDatabase("snapshots.db", snapshots.Trees.CheckRecords()),
        ];
        BlobChecker blobs = new(content, images, options, throttle);
        findings.AddRange(await blobs.CheckAsync(cancellationToken).ConfigureAwait(false));
        int layers = 0;
        if (snapshots is ILayerSnapshotter layered)
        {
            LayerSources sources = new(content, images, snapshots);
            await sources.LoadAsync(cancellationToken).ConfigureAwait(false);
            LayerChecker checker = new(layout, content, layered, snapshots.Trees, sources, options, throttle);
            findings.AddRange(await checker.CheckAsync(cancellationToken).ConfigureAwait(false));
            layers = checker.Count;
        }

        findings.AddRange(await new StructureChecker(layout, content, snapshots, options).CheckAsync(cancellationToken).ConfigureAwait(false));
        return new CheckReport(findings, blobs.Count, layers);
    }

    private static IEnumerable<CheckFinding> CheckDatabase(string name, IEnumerable<string> faults) =>
        faults.Select(fault => new CheckFinding(CheckSubject.Database, name, fault) { IsDamage = true });
}
