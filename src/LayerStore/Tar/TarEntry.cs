namespace LayerStore.Tar;

/// <summary>
/// One file of a layer, with everything about it but its content: what the tar reader yields, what the tar writer takes,
/// and what a differ says of a changed file. Names, targets and xattrs are bytes.
/// </summary>
public sealed record TarEntry
{
    /// <summary>The path as the archive has it, uncleaned: it may be absolute, hold <c>..</c>, or end in a slash.</summary>
    public required ByteString Name { get; init; }

    /// <summary>What it is.</summary>
    public required TarEntryType Type { get; init; }

    /// <summary>Permission bits with setuid, setgid and sticky: 0 to 07777.</summary>
    public uint Mode { get; init; }

    /// <summary>The owner. The reader refuses what is outside 0 to 4,294,967,294 (2^32−2): −1 means "unchanged" to chown.</summary>
    public uint UserId { get; init; }

    /// <summary>The group, with the same limits.</summary>
    public uint GroupId { get; init; }

    /// <summary>The content's length in bytes as a reader of the file sees it (sparse files: dense); 0 for all but regular files.</summary>
    public long Size { get; init; }

    /// <summary>When the content last changed.</summary>
    public Timestamp ModifiedAt { get; init; }

    /// <summary>When it was last read, if the archive says so.</summary>
    public Timestamp? AccessedAt { get; init; }

    /// <summary>A symbolic link's target as is, or a hard link's target relative to the root; else empty.</summary>
    public ByteString LinkName { get; init; }

    /// <summary>A device's major number; else 0.</summary>
    public uint DeviceMajor { get; init; }

    /// <summary>A device's minor number; else 0.</summary>
    public uint DeviceMinor { get; init; }

    /// <summary>Extended attributes with unique names, ordered bytewise by name. POSIX ACLs are here too, in the kernel's binary form.</summary>
    public IReadOnlyList<Xattr> Xattrs { get; init; } = [];
}
