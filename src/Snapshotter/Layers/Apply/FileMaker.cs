using LayerStore;
using LayerStore.Tar;
using Microsoft.Win32.SafeHandles;
using Snapshotter.Layers.Owners;
using Snapshotter.Linux;

namespace Snapshotter.Layers.Apply;

/// <summary>
/// Makes one file with everything its entry says, in an order that keeps all of it: owner, then xattrs (a change of owner
/// clears file capabilities), then mode (it clears setuid too). Times are kept by all of these.
/// </summary>
internal sealed class FileMaker(ApplyOptions options)
{
    private const uint SetIdBits = 0xc00;
    private const uint PermissionBits = 0x1ff;
    private const uint PrivateMode = 0x180;
    private readonly XattrPolicy _xattrs = new(options);
    private readonly uint _user = Libc.geteuid();

    /// <summary>Who owns the files.</summary>
    public OwnerPolicy Owners { get; } = new(options.SquashIds);

    /// <summary>What file an entry asks for.</summary>
    public NewFile Plan(TarEntry entry) => new(entry, Owners.Of(entry), _xattrs.Translate(entry));

    /// <summary>Makes a regular file, empty and open for writing; null if its name is taken.</summary>
    public SafeFileHandle? TryCreate(DirectoryHandle directory, ByteString name, NewFile wanted)
    {
        // Not all can set attributes of a file that nobody may write to, nor shall anybody see one that is not its owner's yet.
        bool isAsWanted = wanted.Owner.UserId == _user && wanted.Xattrs.Count == 0;
        return directory.TryCreateFile(name, isAsWanted ? ModeOf(wanted.Entry) & PermissionBits : PrivateMode);
    }

    /// <summary>Gives a file that has its content all the metadata of its entry. For a file without attributes, several threads may call this.</summary>
    /// <returns>What it is like.</returns>
    public FileStatus Finish(SafeFileHandle file, NewFile wanted)
    {
        TarEntry entry = wanted.Entry;
        FileOperations.SetTimes(file, entry.AccessedAt, entry.ModifiedAt, entry.Name);

        // Most files have the right owner and mode already, and each change of them would be a transaction of the file system's.
        FileStatus made = FileOperations.Stat(file, entry.Name);
        if (IsUnusual(entry.ModifiedAt))
        {
            CheckTime(entry, made.ModifiedAt);
        }

        if (new FileOwner(made.UserId, made.GroupId) != wanted.Owner)
        {
            FileOperations.SetOwner(file, wanted.Owner.UserId, wanted.Owner.GroupId, entry.Name);
        }

        foreach (Xattr xattr in wanted.Xattrs)
        {
            if (FileOperations.TrySetXattr(file, xattr.Name, xattr.Value) is int errno and not 0)
            {
                _xattrs.Refused(entry.Name, entry.Type, xattr.Name, errno);
            }
        }

        // An access list may have changed the mode; an owner cannot have: no file is made with what a change of owner takes off.
        uint mode = ModeOf(entry);
        if (made.Mode != mode || wanted.Xattrs.Count > 0)
        {
            FileOperations.SetMode(file, mode, entry.Name);
        }

        return made with { UserId = wanted.Owner.UserId, GroupId = wanted.Owner.GroupId, Mode = mode };
    }

    /// <summary>Makes a symbolic link, device or FIFO. Returns false if devices are left out, or cannot be made here.</summary>
    /// <exception cref="LayerStoreException"><see cref="ErrorKind.DataLoss"/>: a character device 0:0, which overlayfs would take for a whiteout.</exception>
    public bool MakeNode(DirectoryHandle directory, ByteString name, TarEntry entry)
    {
        if (entry.Type == TarEntryType.SymbolicLink)
        {
            if (entry.LinkName.IsEmpty)
            {
                throw BadLayer.Because($"the layer has a symbolic link to nothing: {entry.Name}");
            }

            directory.MakeSymbolicLink(name, entry.LinkName);
        }
        else if (entry.Type == TarEntryType.Fifo)
        {
            directory.MakeNode(name, FileType.Fifo, 0x180, 0, 0);
        }
        else
        {
            if (entry is { Type: TarEntryType.CharacterDevice, DeviceMajor: 0, DeviceMinor: 0 })
            {
                throw BadLayer.Because(
                    $"the layer has a character device 0:0, which overlayfs takes for a whiteout: {entry.Name}",
                    "The layer was made from overlayfs's own directories, or is hostile: make it with a tool that writes .wh. files.");
            }

            if (options.NoDevices || !UserNamespace.Current.IsInitial)
            {
                options.Warn?.Invoke($"{entry.Name}: a device, left out{(options.NoDevices ? "" : ": a user namespace cannot make any")}");
                return false;
            }

            FileType type = entry.Type == TarEntryType.BlockDevice ? FileType.BlockDevice : FileType.CharacterDevice;
            directory.MakeNode(name, type, 0x180, entry.DeviceMajor, entry.DeviceMinor);
        }

        SetMetadata(directory, name, entry);
        return true;
    }

    /// <summary>Gives a name, or the directory itself, all the metadata of its entry. Attributes that are there and not in the entry go.</summary>
    public void SetMetadata(DirectoryHandle directory, ByteString? name, TarEntry entry, bool replaceXattrs = false)
    {
        (uint user, uint group) = Owners.Of(entry);
        directory.SetOwner(name, user, group);
        IReadOnlyList<Xattr> xattrs = _xattrs.Translate(entry);
        if (replaceXattrs)
        {
            RemoveOthers(directory, name, xattrs);
        }

        SetXattrs(directory, name, entry, xattrs);
        if (entry.Type != TarEntryType.SymbolicLink)
        {
            directory.SetMode(name, ModeOf(entry));
        }

        SetTimes(directory, name, entry);
    }

    /// <summary>
    /// Gives a hard link's inode what its entry says. Builders write the link's entry like the file's but without xattrs, so
    /// what is there stays, and an owner that is right already is not set again: that would clear file capabilities.
    /// </summary>
    public void SetLinkMetadata(DirectoryHandle directory, ByteString name, TarEntry entry)
    {
        FileStatus status = directory.TryStat(name)!.Value;
        options.Hashes?.Changed(status.Inode);
        (uint user, uint group) = Owners.Of(entry);
        if (status.UserId != user || status.GroupId != group)
        {
            directory.SetOwner(name, user, group);
        }

        SetXattrs(directory, name, entry, _xattrs.Translate(entry));
        if (status.Type != FileType.SymbolicLink)
        {
            directory.SetMode(name, ModeOf(entry));
        }

        SetTimes(directory, name, entry);
    }

    private static void SetTimes(DirectoryHandle directory, ByteString? name, TarEntry entry)
    {
        directory.SetTimes(name, entry.AccessedAt, entry.ModifiedAt);
        if (IsUnusual(entry.ModifiedAt))
        {
            CheckTime(entry, name is { } file ? directory.TryStat(file)!.Value.ModifiedAt : directory.Stat().ModifiedAt);
        }
    }

    /// <summary>Whether a time is outside of what every file system keeps: 32 bits of seconds, at the ends without a fraction.</summary>
    private static bool IsUnusual(Timestamp time) => time.Seconds is <= int.MinValue or >= int.MaxValue;

    /// <summary>The kernel changes a time that the file system cannot keep to the nearest that it can, and says nothing (utimensat(2)).</summary>
    private static void CheckTime(TarEntry entry, Timestamp kept)
    {
        if (kept != entry.ModifiedAt)
        {
            throw new LayerStoreException(
                ErrorKind.Unimplemented,
                $"{entry.Name}: this file system cannot keep the time {entry.ModifiedAt.Seconds} seconds after 1970",
                "The layer may be broken. If the time is meant, use a file system with a wider range, such as btrfs.");
        }
    }

    private uint ModeOf(TarEntry entry) => options.StripSetuid && entry.Type != TarEntryType.Directory ? entry.Mode & ~SetIdBits : entry.Mode;

    private void SetXattrs(DirectoryHandle directory, ByteString? name, TarEntry entry, IReadOnlyList<Xattr> xattrs)
    {
        foreach (Xattr xattr in xattrs)
        {
            if (directory.TrySetXattr(name, xattr.Name, xattr.Value) is int errno and not 0)
            {
                _xattrs.Refused(entry.Name, entry.Type, xattr.Name, errno);
            }
        }
    }

    private static void RemoveOthers(DirectoryHandle directory, ByteString? name, IReadOnlyList<Xattr> kept)
    {
        foreach (Xattr present in directory.ListXattrs(name))
        {
            if (!kept.Any(xattr => xattr.Name == present.Name) && !HostXattrs.Contains(present.Name))
            {
                directory.RemoveXattr(name, present.Name);
            }
        }
    }
}
