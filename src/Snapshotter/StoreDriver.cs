namespace Snapshotter;

/// <summary>How snapshots are kept on the disk.</summary>
public enum StoreDriver
{
    /// <summary>One directory for each layer, stacked by overlayfs. Needs mount rights.</summary>
    Overlay,

    /// <summary>One whole tree for each snapshot, copied (reflinked where the file system can). Works everywhere.</summary>
    Native,

    /// <summary>As <see cref="Overlay"/>, but an unpacked layer is its tar and a small EROFS image that shows the files in it: nothing is extracted.
    /// Needs root and Linux 6.12 or later.</summary>
    Erofs,
}
