using LayerStore;

namespace Snapshotter.Snapshots;

/// <summary>A layer that is being written by this process. Disposing it before it was published removes it.</summary>
public abstract class LayerDraft : IAsyncDisposable
{
    /// <summary>The number of its directory.</summary>
    public abstract long Tree { get; }

    /// <summary>The directory to fill, in overlay's form.</summary>
    public abstract string Directory { get; }

    /// <summary>Where its layer manifest belongs.</summary>
    public abstract string ManifestPath { get; }

    /// <summary>Whether it was completed for one chain and must not be shared (it was loose, or its owners were squashed).</summary>
    public bool IsChainBound { get; set; }

    /// <summary>Whether the layer says what the image's root directory is like (it has an entry for it).</summary>
    public bool HasRootEntry { get; set; }

    /// <summary>Whether the layer hides all that is below it (an opaque root).</summary>
    public bool HasOpaqueRoot { get; set; }

    /// <summary>What it takes on the disk; measured at publication if it was not set.</summary>
    public SnapshotUsage? Usage { get; set; }

    /// <summary>The digest of the layer manifest file, once it is written.</summary>
    public Digest? ManifestDigest { get; set; }

    /// <summary>The digest of the EROFS image in its directory, if that is what shows the layer.</summary>
    public Digest? ImageDigest { get; set; }

    /// <inheritdoc/>
    public abstract ValueTask DisposeAsync();
}
