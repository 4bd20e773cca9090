using Snapshotter.Linux;

namespace Snapshotter.Snapshots.Trees;

/// <summary>Measures what a tree takes on the disk.</summary>
internal static class TreeUsage
{
    /// <summary>Counts allocated bytes and inodes, the root directory included, each hard-linked inode once.</summary>
    /// <remarks>The tree may change meanwhile: what vanishes is not counted.</remarks>
    public static SnapshotUsage Measure(string directory, CancellationToken cancellationToken = default)
    {
        HashSet<(ulong Device, ulong Inode)> linked = [];
        Stack<(DirectoryHandle Directory, IEnumerator<DirectoryItem> Items)> open = new();
        long blocks = 0;
        long inodes = 0;
        try
        {
            Enter(TrustedDirectory.Open(directory));
            while (open.TryPeek(out (DirectoryHandle Directory, IEnumerator<DirectoryItem> Items) top))
            {
                cancellationToken.ThrowIfCancellationRequested();
                if (!top.Items.MoveNext())
                {
                    open.Pop().Directory.Dispose();
                    continue;
                }

                if (top.Directory.TryStat(top.Items.Current.Name) is not { } status)
                {
                    continue;
                }

                if (status.Type == FileType.Directory)
                {
                    if (top.Directory.TryOpenChild(top.Items.Current.Name) is { } child)
                    {
                        Enter(child);
                    }
                }
                else if (status.LinkCount == 1 || linked.Add((status.Device, status.Inode)))
                {
                    blocks += status.Blocks512;
                    inodes++;
                }
            }
        }
        finally
        {
            foreach ((DirectoryHandle handle, _) in open)
            {
                handle.Dispose();
            }
        }

        return new SnapshotUsage(blocks * 512, inodes);

        void Enter(DirectoryHandle handle)
        {
            try
            {
                blocks += handle.Stat().Blocks512;
                inodes++;
                open.Push((handle, handle.List().GetEnumerator()));
            }
            catch
            {
                handle.Dispose();
                throw;
            }
        }
    }
}
