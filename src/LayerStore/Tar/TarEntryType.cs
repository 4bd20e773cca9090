namespace LayerStore.Tar;

/// <summary>What a tar entry makes. Extension headers (PAX, GNU long names, sparse maps) are folded into the entry they describe.</summary>
public enum TarEntryType
{
    /// <summary>A regular file: type 0, NUL or 7; also GNU sparse (S), whose content reads dense.</summary>
    RegularFile,

    /// <summary>A second name for an earlier file: type 1.</summary>
    HardLink,

    /// <summary>A symbolic link: type 2.</summary>
    SymbolicLink,

    /// <summary>A character device: type 3.</summary>
    CharacterDevice,

    /// <summary>A block device: type 4.</summary>
    BlockDevice,

    /// <summary>A directory: type 5, or type 0 with a name that ends in a slash (V7).</summary>
    Directory,

    /// <summary>A named pipe: type 6.</summary>
    Fifo,
}
