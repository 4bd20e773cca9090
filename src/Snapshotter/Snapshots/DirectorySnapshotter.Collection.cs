using Snapshotter.Snapshots.Database;

namespace Snapshotter.Snapshots;

/// <content>For whoever collects, and for whoever mounts.</content>
public abstract partial class DirectorySnapshotter
{
    /// <summary>All snapshots and layers, of all owners.</summary>
    internal SnapshotRecords ReadRecords() => Database.Read(CollectionTable.Read);

    /// <summary>Keeps layers mounted, where that is how they are shown, until the result is disposed; null if there is nothing to keep.</summary>
    internal async Task<IDisposable?> HoldLayersAsync(CancellationToken cancellationToken) =>
        Images is null ? null : await Images.HoldAsync(cancellationToken).ConfigureAwait(false);

    /// <summary>Lets go of the layers below a snapshot that is not mounted any more.</summary>
    internal void ReleaseLayers(string key) =>
        Images?.HideUnused(Database.Read(s => Table.Find(s, key) is { } row ? SnapshotTable.Chain(s, row.Parent) : []));

    /// <summary>
    /// Takes snapshots and layers out of sight, in one transaction and a rename for each: what they took is freed when the trash is emptied.
    /// What came into use meanwhile stays.
    /// </summary>
    /// <remarks>Crash points: between the transaction and the renames, directories without a record, which <see cref="CleanupAsync"/> and the next
    /// collection remove.</remarks>
    /// <param name="snapshots">Numbers of snapshots.</param>
    /// <param name="layers">Numbers of layers' trees.</param>
    /// <returns>The trees that are gone.</returns>
    internal HashSet<long> Discard(IReadOnlyCollection<long> snapshots, IReadOnlyCollection<long> layers)
    {
        Images?.HideUnused();
        if (snapshots.Count + layers.Count == 0)
        {
            return [];
        }

        List<long> trees = Database.Write(s => CollectionTable.Remove(s, snapshots, layers));
        trees.ForEach(Trees.MoveToTrash);
        return [.. trees];
    }
}
