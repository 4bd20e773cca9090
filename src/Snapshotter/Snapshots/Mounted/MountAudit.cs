using Snapshotter.Linux;
using Snapshotter.Snapshots.Database;

namespace Snapshotter.Snapshots.Mounted;

/// <summary>Compares what is recorded as mounted, what the kernel says is mounted, and which trees there are.</summary>
/// <remarks>What others mounted without a record, such as containerd or a user of <c>snapshot mounts</c>, is theirs to know, as long as the store has it.</remarks>
internal static class MountAudit
{
    /// <summary>Finds the mounts of a store on which they disagree.</summary>
    public static List<StrayMount> Find(DirectorySnapshotter snapshots)
    {
        // The records before the table, and the table before the trees: what is made or removed meanwhile is not taken for stray.
        IReadOnlyList<MountRecord> records = snapshots.MountRecords.List();
        IReadOnlyList<MountEntry> table = MountTable.Read();
        MountedTrees shown = new(snapshots.Layout.Root, table);
        List<StrayMount> strays = [];
        foreach (MountRecord record in records)
        {
            MountEntry[] there = [.. table.Where(entry => entry.Target == record.Target)];
            if (there.Length == 0)
            {
                strays.Add(new StrayMount(record.Target, StrayMountKind.Gone, record.Key));
            }
            else if (snapshots.FindTree(record.Key) is { } tree && !there.Any(entry => shown.Of(entry).Contains(tree)))
            {
                strays.Add(new StrayMount(record.Target, StrayMountKind.Replaced, record.Key));
            }
        }

        HashSet<long> trees = [0, .. snapshots.Trees.FindAll()];
        strays.AddRange(Outlived(table, shown, trees));
        return strays;
    }

    /// <summary>Finds the mounts of a store that is not there (any more).</summary>
    /// <param name="root">Where it was.</param>
    public static List<StrayMount> FindWithout(string root)
    {
        IReadOnlyList<MountEntry> table = MountTable.Read();
        return [.. Outlived(table, new MountedTrees(root, table), [])];
    }

    private static IEnumerable<StrayMount> Outlived(IReadOnlyList<MountEntry> table, MountedTrees shown, HashSet<long> trees) =>
        from entry in table
        let gone = shown.Of(entry).Where(tree => !trees.Contains(tree)).ToArray()
        where gone.Length > 0
        select new StrayMount(entry.Target, StrayMountKind.Outlived, $"t/{gone[0]}");
}
