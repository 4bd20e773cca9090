using LayerStore;

namespace Snapshotter.Linux;

/// <summary>How much may still be deleted before somebody is answered: so many names, and so many allocated bytes.</summary>
/// <remarks>Not for several threads.</remarks>
internal sealed class RemovalAllowance(int names, long bytes)
{
    private int _names = names;
    private long _bytes = bytes;

    /// <summary>Takes a name, and its bytes, out of it; false, now and from then on, if that is more than is left.</summary>
    public bool TrySpend(DirectoryHandle directory, ByteString name)
    {
        if (--_names < 0)
        {
            return false;
        }

        // A file of several names may keep its bytes; they count all the same, which errs on the quick side.
        long size = directory.TryStat(name) is { IsDirectory: false } status ? status.Blocks512 * 512 : 0;
        _bytes -= size;
        return _bytes >= 0;
    }
}
