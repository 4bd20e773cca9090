namespace Snapshotter;

/// <summary>How snapshots are kept on the disk.</summary>
public enum StoreDriver
{
    /// <summary>One directory for each layer, stacked by overlayfs. Needs mount rights.</summary>
    Overlay,

    /// <summary>One whole tree for each snapshot, copied (reflinked where the file system can). Works everywhere.</summary>
    Native,
}
