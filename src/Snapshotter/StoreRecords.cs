using LayerStore.Content;
using LayerStore.Images;
using LayerStore.Leases;
using LayerStore.Metadata;
using Microsoft.Extensions.Logging;

namespace Snapshotter;

/// <summary>The parts of a store that keep their records in its <see cref="MetadataDatabase"/>.</summary>
internal sealed class StoreRecords : IDisposable
{
    /// <summary>Opens the database.</summary>
    /// <param name="layout">The store.</param>
    /// <param name="options">How it was opened.</param>
    /// <param name="dropped">Called after each blob that an owner other than the command line gave up.</param>
    public StoreRecords(StoreLayout layout, StoreOptions options, Action dropped)
    {
        Database = MetadataDatabase.Open(layout, options.Sync);
        All = new ContentStore(layout, Database, options.Sync, options.TimeProvider, options.Loggers?.CreateLogger<ContentStore>());
        Content = All.ForOwner(options.Owner, dropped);
        Images = new ImageStore(Database, options.TimeProvider);
        Leases = new LeaseStore(layout, Database, options.TimeProvider);
    }

    /// <summary>The database.</summary>
    public SqliteDatabase Database { get; }

    /// <summary>All blobs.</summary>
    public ContentStore All { get; }

    /// <summary>Blobs, as the owner sees them.</summary>
    public IContentStore Content { get; }

    /// <summary>Indexes and manifests; for whoever asks one of their own, which threads do not share.</summary>
    public KnownDocuments Documents => new(Database, All);

    /// <summary>Names.</summary>
    public ImageStore Images { get; }

    /// <summary>Leases.</summary>
    public LeaseStore Leases { get; }

    /// <summary>Closes the database.</summary>
    public void Dispose() => Database.Dispose();
}
