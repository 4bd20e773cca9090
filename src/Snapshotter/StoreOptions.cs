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

    /// <summary>Told of damaged blobs and the like; null for nobody.</summary>
    public ILoggerFactory? Loggers { get; init; }

    /// <summary>The clock that dates records.</summary>
    public TimeProvider TimeProvider { get; init; } = TimeProvider.System;
}
