namespace Snapshotter.Layers.Collection;

/// <summary>As what a blob is named: it leads to other blobs only as that.</summary>
internal enum BlobRole
{
    /// <summary>Bytes that lead nowhere.</summary>
    Data,

    /// <summary>Something that a lease names by its digest alone: whatever its bytes turn out to be.</summary>
    Any,

    /// <summary>An index, which leads to manifests.</summary>
    Index,

    /// <summary>A manifest, which leads to its config and layers.</summary>
    Manifest,

    /// <summary>An image's config.</summary>
    Config,

    /// <summary>A layer.</summary>
    Layer,
}
