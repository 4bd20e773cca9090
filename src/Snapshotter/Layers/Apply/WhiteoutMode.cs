namespace Snapshotter.Layers.Apply;

/// <summary>What a whiteout in a tar becomes.</summary>
internal enum WhiteoutMode
{
    /// <summary>What earlier layers put there is deleted: for a plain root file system.</summary>
    Delete,

    /// <summary>overlayfs's marks: a character device 0:0, an opaque xattr (kernel: Documentation/filesystems/overlayfs.rst, "whiteouts and opaque directories").</summary>
    Overlay,
}
