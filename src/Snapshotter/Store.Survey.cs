using LayerStore.Content;
using Snapshotter.Layers.Collection;
using Snapshotter.Snapshots;
using Snapshotter.Snapshots.Database;

namespace Snapshotter;

/// <content>Numbers for whoever watches a store.</content>
public sealed partial class Store
{
    /// <summary>Counts what the store holds. It reads records and directories, no blob and no tree.</summary>
    public async Task<StoreSurvey> SurveyAsync(CancellationToken cancellationToken = default)
    {
        (long blobs, long blobBytes, long ingests, long ingestBytes) = (0, 0, 0, 0);
        await foreach (BlobInfo blob in _records.Value.All.ListAsync(cancellationToken).ConfigureAwait(false))
        {
            blobs++;
            blobBytes += blob.Size;
        }

        await foreach (IngestStatus ingest in Content.ListIngestsAsync(cancellationToken).ConfigureAwait(false))
        {
            ingests++;
            ingestBytes += ingest.Offset;
        }

        SnapshotRecords records = Snapshotter.ReadRecords();
        return new StoreSurvey(
            blobs,
            blobBytes,
            ingests,
            ingestBytes,
            records.Layers.Count,
            records.Layers.Sum(layer => layer.Usage.Bytes),
            Enum.GetValues<SnapshotKind>().ToDictionary(kind => kind, kind => records.Snapshots.Count(snapshot => snapshot.Kind == kind)));
    }

    /// <summary>Counts what nothing holds: what a collection would take. It reads the documents of all images.</summary>
    /// <returns>How many things of each kind.</returns>
    public async Task<IReadOnlyDictionary<StoreItemKind, int>> CountOrphansAsync(CancellationToken cancellationToken = default)
    {
        IReadOnlyList<StoredThing> unheld = Collector.Unheld(await Collector.LookAsync(cancellationToken).ConfigureAwait(false));
        return unheld.CountBy(thing => thing.Item.Kind).ToDictionary();
    }
}
