namespace Snapshotter.Snapshots.Mounted;

/// <summary>A mount on which the store's records and the kernel do not agree.</summary>
/// <param name="Target">Where it is, or was.</param>
/// <param name="Kind">How they disagree.</param>
/// <param name="What">The snapshot's key if it is recorded, else the first of the trees that are gone, such as <c>t/7</c>.</param>
internal sealed record StrayMount(string Target, StrayMountKind Kind, string What);
