using LayerStore;

namespace Snapshotter.Snapshots.Database;

/// <summary>A tree that is in use.</summary>
/// <param name="Tree">Its number.</param>
/// <param name="DiffId">The layer that it is; null if it is none.</param>
/// <param name="Key">A snapshot that has it for its own, or is committed over it; null if there is none.</param>
/// <param name="IsUpper">Whether that snapshot is active and writes into it.</param>
internal sealed record TreeUser(long Tree, Digest? DiffId, string? Key, bool IsUpper);
