using LayerStore;

namespace Snapshotter.Linux;

/// <summary>How much may still be deleted before somebody is answered: so many names, and so many allocated bytes.</summary>
/// <remarks>Not for several threads.</remarks>
internal sealed class RemovalAllowance(int names, long bytes)
{
    private const int DeepestLevel = 64;

    // As long as a name can be, with what a file system keeps beside it.
    private const int LongestEntry = 264;

    private int _names = names;
    private long _bytes = bytes;

    /// <summary>Takes a tree out of it; false, now and from then on, if that is more than is left. It looks at no more than what is left.</summary>
    public bool TrySpend(DirectoryHandle directory, ByteString name)
    {
        bool fits = TrySpend(directory, name, level: 0);
        if (!fits)
        {
            _names = 0;
        }

        return fits;
    }

    private bool TrySpend(DirectoryHandle directory, ByteString name, int level)
    {
        if (--_names < 0)
        {
            return false;
        }

        if (directory.TryStat(name) is not { } status)
        {
            return true; // Another process has deleted it meanwhile.
        }

        if (!status.IsDirectory)
        {
            // A file of several names may keep its bytes; they count all the same, which errs on the quick side.
            _bytes -= status.Blocks512 * 512;
            return _bytes >= 0;
        }

        if (level == DeepestLevel || status.Size > (long)_names * LongestEntry)
        {
            return false;
        }

        using DirectoryHandle tree = RootDirectory.OpenOnSameMount(directory, name);
        return tree.List().All(item => TrySpend(tree, item.Name, level + 1));
    }
}
