using LayerStore;

namespace Snapshotter.Layers.Collection;

/// <summary>One thing in a store.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="Name">Which one; see <see cref="StoreItemKind"/>.</param>
public sealed record StoreItem(StoreItemKind Kind, string Name)
{
    /// <summary>For a snapshot its number, for a layer its tree's: two owners may use one key, and one diffID may be unpacked for several chains.</summary>
    internal long Number { get; init; }

    /// <summary>For an ingest, its directory's name: two owners may use one reference.</summary>
    internal string? Path { get; init; }

    /// <summary>For a blob, as what it is named. One blob may be named in several ways, and each leads elsewhere.</summary>
    internal BlobRole Role { get; init; }

    /// <summary>For a snapshot, how it may be used.</summary>
    internal Snapshots.SnapshotKind? SnapshotKind { get; init; }

    internal static StoreItem OfBlob(Digest digest, BlobRole role = BlobRole.Data) => new(StoreItemKind.Blob, digest.ToString()) { Role = role };

    /// <summary>By what differs in practice: sets of a million items are made of them.</summary>
    public override int GetHashCode() => HashCode.Combine(Name, Number);

    /// <summary>The kind in a word for people, more exact than <see cref="Kind"/>.</summary>
    public string Description => this switch
    {
        { Kind: StoreItemKind.Blob, Role: BlobRole.Index } => "index",
        { Kind: StoreItemKind.Blob, Role: BlobRole.Manifest } => "manifest",
        { Kind: StoreItemKind.Blob, Role: BlobRole.Config } => "config",
        { Kind: StoreItemKind.Blob, Role: BlobRole.Layer } => "layer blob",
        { Kind: StoreItemKind.Layer } => "unpacked layer",
        { SnapshotKind: Snapshots.SnapshotKind.Active } => "active snapshot",
        { SnapshotKind: Snapshots.SnapshotKind.View } => "view",
        _ => Kind.ToString().ToLowerInvariant(),
    };
}
