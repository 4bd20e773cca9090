namespace Snapshotter.Layers.Collection;

/// <summary>What a thing in a store is.</summary>
public enum StoreItemKind
{
    /// <summary>An image; its name. Always a root.</summary>
    Image,

    /// <summary>A lease; its id. Always a root.</summary>
    Lease,

    /// <summary>Whoever else uses the store, as a daemon's socket does; the owner's name. Always a root: it holds its blobs, ingests and snapshots.</summary>
    Owner,

    /// <summary>A snapshot; its key or name. A root, but for those that unpacking images made, and those of other owners.</summary>
    Snapshot,

    /// <summary>A blob; its digest.</summary>
    Blob,

    /// <summary>An unpacked layer; its diffID.</summary>
    Layer,

    /// <summary>A blob that was begun and not finished; its reference.</summary>
    Ingest,

    /// <summary>A file or directory of the store that no record names; its path below the root.</summary>
    Leftover,

    /// <summary>The store's own records and directories, and what a living process is writing; a path below the root.</summary>
    Store,
}
