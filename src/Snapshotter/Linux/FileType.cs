namespace Snapshotter.Linux;

/// <summary>What a directory entry is (inode(7)).</summary>
internal enum FileType
{
    /// <summary>A file with content.</summary>
    RegularFile,

    /// <summary>A directory.</summary>
    Directory,

    /// <summary>A symbolic link.</summary>
    SymbolicLink,

    /// <summary>A character device; with number 0:0 it is overlay's whiteout.</summary>
    CharacterDevice,

    /// <summary>A block device.</summary>
    BlockDevice,

    /// <summary>A named pipe.</summary>
    Fifo,

    /// <summary>A unix socket.</summary>
    Socket,
}
