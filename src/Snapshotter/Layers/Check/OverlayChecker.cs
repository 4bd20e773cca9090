using LayerStore;
using LayerStore.Content;
using Snapshotter.Snapshots;
using Snapshotter.Snapshots.Overlay;
using Snapshotter.Snapshots.Trees;

namespace Snapshotter.Layers.Check;

/// <summary>
/// Looks for the directories that overlay needs beside layers and uppers: work directories, the tops of views, and the empty
/// lower. They hold nothing, so they can be made again; what is found in one that should be empty shows in mounts, and goes.
/// </summary>
/// <param name="layout">The store.</param>
/// <param name="snapshots">The snapshots of one owner.</param>
/// <param name="owner">Whose they are, to be told if it is not the command line.</param>
/// <param name="options">What to do about it.</param>
internal sealed class OverlayChecker(StoreLayout layout, OverlaySnapshotter snapshots, string owner, CheckOptions options)
{
    private readonly List<CheckFinding> _findings = [];
    private readonly HashSet<string> _seen = [];

    /// <summary>Finds what is wrong, and mends it if asked to.</summary>
    public async Task<IReadOnlyList<CheckFinding>> CheckAsync(CancellationToken cancellationToken)
    {
        string empty = layout.Tree(TreeStore.Empty);
        await foreach (SnapshotInfo snapshot in snapshots.ListAsync(null, cancellationToken).ConfigureAwait(false))
        {
            if (snapshot.Kind == SnapshotKind.Committed)
            {
                continue;
            }

            (long top, bool standsOnNothing) = snapshots.FindTop(snapshot.Name);
            if (standsOnNothing)
            {
                CheckEmpty(snapshot.Name, empty);
            }

            if (snapshot.Kind == SnapshotKind.View)
            {
                CheckEmpty(snapshot.Name, layout.Tree(top));
            }
            else
            {
                CheckThere(snapshot.Name, layout.Work(top));
            }
        }

        return _findings;
    }

    private bool CheckThere(string key, string directory)
    {
        if (!_seen.Add(directory) || TrustedDirectory.Exists(directory))
        {
            return true;
        }

        if (options.Repair)
        {
            snapshots.Restore(key);
        }

        Add(key, $"its directory {NameOf(directory)} is missing, so it cannot be mounted; nothing was in it", TrustedDirectory.Exists(directory));
        return false;
    }

    private void CheckEmpty(string key, string directory)
    {
        if (_seen.Contains(directory) || !CheckThere(key, directory))
        {
            return;
        }

        foreach (string extra in Directory.EnumerateFileSystemEntries(directory).Order(StringComparer.Ordinal))
        {
            bool removed = options.Repair && Remove(extra);
            Add(key, $"{NameOf(directory)}/{Printable.Text(Path.GetFileName(extra))} is not of this store, and shows in mounts{(removed ? "; removed" : "")}", removed);
        }
    }

    private static bool Remove(string path)
    {
        using Linux.DirectoryHandle directory = TrustedDirectory.Open(Path.GetDirectoryName(path)!);
        ByteString name = ByteString.FromText(Path.GetFileName(path));
        if (directory.TryStat(name) is null)
        {
            return false; // A name that is not UTF-8, which this path does not hold.
        }

        directory.RemoveTree(name);
        return true;
    }

    private static string NameOf(string directory) => $"{Path.GetFileName(Path.GetDirectoryName(directory))}/{Path.GetFileName(directory)}";

    private void Add(string key, string what, bool isRepaired) =>
        _findings.Add(new CheckFinding(CheckSubject.Snapshot, key, owner == StoreOwner.CommandLine ? what : $"{what}; it belongs to {Printable.Text(owner)}") { IsDamage = true, IsRepaired = isRepaired });
}
