using LayerStore;

namespace Snapshotter.Snapshots;

/// <summary>How to open a snapshotter.</summary>
public sealed record SnapshotterOptions
{
    /// <summary>Whose snapshots to see: those of the command line, or of one daemon socket. Layers are shared by all owners.</summary>
    public string Owner { get; init; } = StoreOwner.CommandLine;

    /// <summary>
    /// Whether a snapshot that is prepared with the labels <c>containerd.io/snapshot/uidmapping</c> and <c>gidmapping</c> gets mounts that ask for
    /// idmapped mounts, with the options <c>uidmap</c> and <c>gidmap</c>. Only for clients that know these and were told so (containerd ≥ 2.0, capability
    /// <c>remap-ids</c>); all others change the owners themselves.
    /// </summary>
    public bool MapIds { get; init; }

    /// <summary>Whether calls wait until the disk has what they did. False, for benchmarks, loses snapshots in a power cut.</summary>
    public bool Sync { get; init; } = true;

    /// <inheritdoc cref="StoreOptions.LeaveTrash"/>
    public bool LeaveTrash { get; init; }

    /// <summary>The clock of the snapshots' times.</summary>
    public TimeProvider Clock { get; init; } = TimeProvider.System;

    /// <summary>Called after each snapshot that was removed: a layer may be left that no snapshot uses.</summary>
    internal Action? Removed { get; init; }
}
