namespace Snapshotter.Snapshots;

/// <summary>The directories that overlay stacks to show a snapshot.</summary>
/// <remarks>They are there until it is disposed: layers that are images are mounted as long as somebody needs them.</remarks>
/// <param name="Upper">The upper of an active snapshot, or null.</param>
/// <param name="Lowers">The lower directories, topmost first. For a view, its own empty top is the first.</param>
/// <param name="RootMetadata">The directory whose own mode, owner, times and xattrs are those of the image's root: that of the topmost
/// layer with an entry for it; null if no layer has one (then it is 0755, root, mtime 0).</param>
public sealed record SnapshotStack(string? Upper, IReadOnlyList<string> Lowers, string? RootMetadata) : IDisposable
{
    /// <summary>A directory that is and stays empty, to go below a layer that stands alone: overlay takes no single one. Null on a store that
    /// cannot be written to and has none.</summary>
    public string? Empty { get; init; }

    internal IDisposable? Shown { get; init; }

    /// <inheritdoc/>
    public void Dispose() => Shown?.Dispose();
}
