namespace Snapshotter.Snapshots;

/// <summary>Stacks file-system changes: containerd's snapshotter, in C#.</summary>
/// <remarks>
/// <para><b>Words.</b> A <i>snapshot</i> is a file-system state. A <i>committed</i> snapshot never changes; it has a
/// <i>name</i>. An <i>active</i> one is read-write and a <i>view</i> is read-only; both have a <i>key</i>. Names and keys
/// share one space: any non-empty text without NUL or newline, kept as given. A <i>parent</i> is always committed, and
/// null for none. A <i>mount</i> is what to give to mount(2) to see a snapshot; this interface hands mounts out and
/// never carries them out.</para>
/// <para><b>Unpacking a layer.</b> <c>PrepareAsync(key, parent)</c>, mount what it returns, apply the layer there, unmount,
/// <c>CommitAsync(name, key)</c>. The name is by custom the chain ID.</para>
/// <para><b>Running a container.</b> <c>PrepareAsync(key, chainId)</c>, mount, run. To save its changes, commit it or let a
/// differ make a layer of them; to forget them, <c>RemoveAsync(key)</c>.</para>
/// <para><b>Looking.</b> <c>ViewAsync(key, chainId)</c>, mount, read, unmount, <c>RemoveAsync(key)</c>.</para>
/// <para><b>Promises.</b> Each call that returns is durable, and one that fails changes nothing. Any number of processes
/// may use one store. An active snapshot never becomes committed in place: commit gives its content a name, and its key
/// is gone; after a failed commit it is as usable as before. The caller unmounts before it commits or removes.</para>
/// <para><b>Errors.</b> <see cref="LayerStore.LayerStoreException"/>. NotFound: the key, name or parent does not exist.
/// AlreadyExists: the key or name is taken. InvalidArgument: a parent that is not committed, a malformed key.
/// FailedPrecondition: the kind does not allow it (mounts of a committed snapshot, commit of a view), or a snapshot with
/// children is removed ("cannot remove").</para>
/// </remarks>
public interface ISnapshotter
{
    /// <summary>The snapshot of this key or name, or null.</summary>
    Task<SnapshotInfo?> StatAsync(string key, CancellationToken cancellationToken = default);

    /// <summary>All snapshots that the filter lets through, ordered by name; all if it is null. Other calls are allowed meanwhile.</summary>
    IAsyncEnumerable<SnapshotInfo> ListAsync(SnapshotFilter? filter = null, CancellationToken cancellationToken = default);

    /// <summary>Sets labels; an empty or null value removes one. Nothing else of a snapshot can be updated.</summary>
    /// <param name="key">The snapshot.</param>
    /// <param name="changes">The labels.</param>
    /// <param name="replace">Whether all other labels are removed; else they stay.</param>
    /// <param name="cancellationToken">Cancels before the change.</param>
    Task<SnapshotInfo> SetLabelsAsync(
        string key, IReadOnlyDictionary<string, string?> changes, bool replace = false, CancellationToken cancellationToken = default);

    /// <summary>What the snapshot's own layer takes, without its parents. For an active one it is measured now.</summary>
    Task<SnapshotUsage> UsageAsync(string key, CancellationToken cancellationToken = default);

    /// <summary>The mounts of an active snapshot or view: what prepare or view returned, also after a crash or a reboot.</summary>
    Task<IReadOnlyList<Mount>> MountsAsync(string key, CancellationToken cancellationToken = default);

    /// <summary>Makes an active snapshot.</summary>
    Task<IReadOnlyList<Mount>> PrepareAsync(string key, string? parent, IReadOnlyDictionary<string, string>? labels = null, CancellationToken cancellationToken = default);

    /// <summary>Makes a view: its mounts are read-only.</summary>
    Task<IReadOnlyList<Mount>> ViewAsync(string key, string? parent, IReadOnlyDictionary<string, string>? labels = null, CancellationToken cancellationToken = default);

    /// <summary>Turns the active snapshot of this key into a committed one. The labels replace the active one's.</summary>
    /// <param name="name">The new name.</param>
    /// <param name="key">The active snapshot; gone afterwards.</param>
    /// <param name="labels">The labels of the committed snapshot.</param>
    /// <param name="parent">Its parent, where it was prepared without one ("rebase", containerd ≥ 2.2); null keeps the parent it has.</param>
    /// <param name="cancellationToken">Cancels before the change.</param>
    Task CommitAsync(string name, string key, IReadOnlyDictionary<string, string>? labels = null, string? parent = null, CancellationToken cancellationToken = default);

    /// <summary>Removes a snapshot of any kind that has no children.</summary>
    Task RemoveAsync(string key, CancellationToken cancellationToken = default);

    /// <summary>Removes what crashed processes left: directories that no record names, drafts of dead writers.</summary>
    Task CleanupAsync(CancellationToken cancellationToken = default);
}
