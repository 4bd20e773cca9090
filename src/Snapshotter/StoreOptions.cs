using LayerStore;
using Microsoft.Extensions.Logging;

namespace Snapshotter;

/// <summary>How to open a <see cref="Store"/>.</summary>
public sealed record StoreOptions
{
    /// <summary>How snapshots are kept; fixed by the first use of a store. Null is what the store has, overlay for a new one.</summary>
    public StoreDriver? Driver { get; init; }

    /// <summary>Whose blobs, ingests and snapshots to see. Images belong to the command line, and so do the verbs that bring, mount and commit them.</summary>
    public string Owner { get; init; } = StoreOwner.CommandLine;

    /// <inheritdoc cref="Snapshots.SnapshotterOptions.MapIds"/>
    public bool MapIds { get; init; }

    /// <summary>Whether what is reported done is on the disk, so that it survives a power cut. Without it an unpack is faster; for benchmarks and throw-away machines.</summary>
    public bool Sync { get; init; } = true;

    /// <summary>Whether to make a store where there is none; else its absence is an error.</summary>
    public bool Create { get; init; } = true;

    /// <summary>
    /// Whether a removal returns when what it removed is out of sight, and leaves the freeing of all but a little space to
    /// <see cref="Store.EmptyTrashAsync"/>: so it takes the same time whatever it removes. Without it a removal returns when the space is free.
    /// </summary>
    /// <remarks>Trash that nobody empties is emptied by the next collection, and little by little by those who open the store, at once if the disk is nearly full.</remarks>
    public bool LeaveTrash { get; init; }

    /// <summary>Told of damaged blobs and the like; null for nobody.</summary>
    public ILoggerFactory? Loggers { get; init; }

    /// <summary>The clock that dates records.</summary>
    public TimeProvider TimeProvider { get; init; } = TimeProvider.System;
}
