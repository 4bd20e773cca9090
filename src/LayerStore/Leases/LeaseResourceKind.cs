namespace LayerStore.Leases;

/// <summary>What a lease can keep.</summary>
public enum LeaseResourceKind
{
    /// <summary>A blob, by digest, and all that it names if it is an index or a manifest.</summary>
    Blob,

    /// <summary>An ingest, by reference.</summary>
    Ingest,

    /// <summary>An unpacked layer, by diffID.</summary>
    Layer,

    /// <summary>A snapshot, by key or name, and what it stands on.</summary>
    Snapshot,
}
