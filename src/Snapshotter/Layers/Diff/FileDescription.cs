using LayerStore;
using LayerStore.Tar;
using Snapshotter.Linux;

namespace Snapshotter.Layers.Diff;

/// <summary>Describes files of a tree as entries of a layer.</summary>
internal static class FileDescription
{
    /// <summary>The root of an image that says nothing about it.</summary>
    public static TarEntry DefaultRoot { get; } = new() { Name = ByteString.Empty, Type = TarEntryType.Directory, Mode = 0x1ED };

    /// <summary>Everything about a file but its content.</summary>
    /// <param name="path">Its path in the layer.</param>
    /// <param name="status">What was found there.</param>
    /// <param name="xattrs">Its attributes.</param>
    /// <param name="linkName">A symbolic link's target.</param>
    public static TarEntry Describe(ByteString path, FileStatus status, IReadOnlyList<Xattr> xattrs, ByteString linkName = default)
    {
        bool isDevice = status.Type is FileType.CharacterDevice or FileType.BlockDevice;
        return new TarEntry
        {
            Name = path,
            Type = TypeOf(status.Type),
            Mode = status.Type == FileType.SymbolicLink ? 0x1FF : status.Mode,
            UserId = status.UserId,
            GroupId = status.GroupId,
            Size = status.Type == FileType.RegularFile ? status.Size : 0,
            ModifiedAt = status.ModifiedAt,
            LinkName = linkName,
            DeviceMajor = isDevice ? status.RdevMajor : 0,
            DeviceMinor = isDevice ? status.RdevMinor : 0,
            Xattrs = HostXattrs.Without(xattrs),
        };
    }

    /// <summary>Refuses a character device 0:0, which every overlay would take for a whiteout.</summary>
    /// <exception cref="LayerStoreException"><see cref="ErrorKind.FailedPrecondition"/>.</exception>
    public static void ThrowIfWhiteout(TarEntry entry)
    {
        if (entry is { Type: TarEntryType.CharacterDevice, DeviceMajor: 0, DeviceMinor: 0 })
        {
            throw new LayerStoreException(
                ErrorKind.FailedPrecondition,
                $"{entry.Name} cannot be in a layer: a character device 0:0 means that a file is deleted",
                "Remove the device. To compare an overlay upper, mount it and compare the mount.");
        }
    }

    /// <summary>Whether two entries differ in name and content at most.</summary>
    public static bool HasSameMetadata(TarEntry left, TarEntry right) =>
        left.Type == right.Type && left.Mode == right.Mode && left.UserId == right.UserId && left.GroupId == right.GroupId
        && left.Size == right.Size && left.ModifiedAt == right.ModifiedAt && left.LinkName == right.LinkName
        && left.DeviceMajor == right.DeviceMajor && left.DeviceMinor == right.DeviceMinor
        && left.Xattrs.SequenceEqual(right.Xattrs);

    /// <summary>Whether an entry has these attributes, less the host's.</summary>
    public static bool HasXattrs(TarEntry entry, IReadOnlyList<Xattr> xattrs) => entry.Xattrs.SequenceEqual(HostXattrs.Without(xattrs));

    /// <summary>Whether two files may differ in name and content at most: what stat alone tells.</summary>
    public static bool MayHaveSameMetadata(FileStatus left, FileStatus right) =>
        left.Type == right.Type && left.Mode == right.Mode && left.UserId == right.UserId && left.GroupId == right.GroupId
        && (left.Type != FileType.RegularFile || left.Size == right.Size) && left.ModifiedAt == right.ModifiedAt
        && left.RdevMajor == right.RdevMajor && left.RdevMinor == right.RdevMinor;

    private static TarEntryType TypeOf(FileType type) => type switch
    {
        FileType.RegularFile => TarEntryType.RegularFile,
        FileType.Directory => TarEntryType.Directory,
        FileType.SymbolicLink => TarEntryType.SymbolicLink,
        FileType.CharacterDevice => TarEntryType.CharacterDevice,
        FileType.BlockDevice => TarEntryType.BlockDevice,
        FileType.Fifo => TarEntryType.Fifo,
        _ => throw new ArgumentOutOfRangeException(nameof(type), type, "A tar has no such type."),
    };
}
