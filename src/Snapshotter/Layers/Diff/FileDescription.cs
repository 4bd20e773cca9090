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
    /// <param name="directory">The directory it is in, or it is if the name is null.</param>
    /// <param name="name">Its name there.</param>
    /// <param name="status">What was found there.</param>
    /// <param name="xattrs">Its attributes.</param>
    /// <exception cref="LayerStoreException"><see cref="ErrorKind.FailedPrecondition"/>: a character device 0/0, which every
    /// overlay would take for a whiteout.</exception>
    public static TarEntry Describe(ByteString path, DirectoryHandle directory, ByteString? name, FileStatus status, IReadOnlyList<Xattr> xattrs)
    {
        if (status.IsWhiteout)
        {
            throw new LayerStoreException(
                ErrorKind.FailedPrecondition,
                $"{path} cannot be in a layer: a character device 0:0 means that a file is deleted",
                "Remove the device. To compare an overlay upper, mount it and compare the mount.");
        }

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
            LinkName = status.Type == FileType.SymbolicLink && name is { } link ? directory.ReadLink(link) : ByteString.Empty,
            DeviceMajor = isDevice ? status.RdevMajor : 0,
            DeviceMinor = isDevice ? status.RdevMinor : 0,
            Xattrs = HostXattrs.Without(xattrs),
        };
    }

    /// <summary>Whether two entries differ in name and content at most.</summary>
    public static bool HasSameMetadata(TarEntry left, TarEntry right) =>
        left.Type == right.Type && left.Mode == right.Mode && left.UserId == right.UserId && left.GroupId == right.GroupId
        && left.Size == right.Size && left.ModifiedAt == right.ModifiedAt && left.LinkName == right.LinkName
        && left.DeviceMajor == right.DeviceMajor && left.DeviceMinor == right.DeviceMinor
        && left.Xattrs.SequenceEqual(right.Xattrs);

    /// <summary>Whether that may be so: what stat alone tells.</summary>
    public static bool MayHaveSameMetadata(FileStatus left, FileStatus right) =>
        left.Type == right.Type && left.Mode == right.Mode && left.UserId == right.UserId && left.GroupId == right.GroupId
        && (left.Type != FileType.RegularFile || left.Size == right.Size) && left.ModifiedAt == right.ModifiedAt;

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
