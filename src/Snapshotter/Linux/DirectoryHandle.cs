using System.Buffers;
using System.Buffers.Binary;
using LayerStore;
using Microsoft.Win32.SafeHandles;

namespace Snapshotter.Linux;

/// <summary>
/// An open directory and the *at() calls on one name in it. A name is a single component, never empty, <c>.</c>,
/// <c>..</c> or with a slash, and a symbolic link of that name is never followed.
/// </summary>
/// <remarks>Where a name may be null, null is the directory itself. Not safe for use by two threads at once.</remarks>
internal sealed unsafe partial class DirectoryHandle : IDisposable
{
    private static readonly ByteString s_itself = ByteString.FromText("the directory");

    private SafeFileHandle _handle;
    private (ulong Device, ulong Inode) _identity;

    /// <summary>Takes over an open directory (not one opened with O_PATH).</summary>
    internal DirectoryHandle(SafeFileHandle handle) => _handle = handle;

    /// <summary>The descriptor, for calls that are not here.</summary>
    public SafeFileHandle Handle => _handle;

    /// <summary>Opens a directory in this one.</summary>
    /// <exception cref="LayerStoreException"><see cref="ErrorKind.NotFound"/>, or <see cref="ErrorKind.DataLoss"/>: it is not a directory.</exception>
    public DirectoryHandle OpenChild(ByteString name) => new(Open(name, Libc.O_RDONLY | Libc.O_DIRECTORY, 0, "open"));

    /// <summary>Opens a directory in this one; null if there is none of that name: nothing, a link or another type.</summary>
    public DirectoryHandle? TryOpenChild(ByteString name)
    {
        int descriptor = OpenRaw(name, Libc.O_RDONLY | Libc.O_DIRECTORY, 0);
        if (descriptor < 0)
        {
            if (LinuxError.Last is Errno.ENOENT or Errno.ENOTDIR or Errno.ELOOP)
            {
                return null;
            }

            LinuxError.Throw("open", name);
        }

        return new DirectoryHandle(new SafeFileHandle(descriptor, ownsHandle: true));
    }

    /// <summary>Gives the descriptor back while a directory in this one stays open: a walk that goes deep would run out of them.
    /// Until <see cref="Resume"/> nothing else may be done with it.</summary>
    public void Suspend()
    {
        FileStatus status = Stat();
        _identity = (status.Device, status.Inode);
        _handle.Dispose();
    }

    /// <summary>Opens the directory again, as what a directory in it is in.</summary>
    /// <exception cref="LayerStoreException"><see cref="ErrorKind.Aborted"/>: that one has been moved elsewhere.</exception>
    public void Resume(DirectoryHandle child)
    {
        int descriptor;
        fixed (byte* parent = ".."u8)
        {
            do
            {
                descriptor = Libc.openat(child._handle, parent, Libc.O_RDONLY | Libc.O_DIRECTORY | Libc.O_CLOEXEC, 0);
            }
            while (descriptor < 0 && LinuxError.Interrupted);
        }

        if (descriptor < 0)
        {
            LinuxError.Throw("open", s_itself);
        }

        _handle = new SafeFileHandle(descriptor, ownsHandle: true);
        FileStatus status = Stat();
        if ((status.Device, status.Inode) != _identity)
        {
            _handle.Dispose();
            throw new LayerStoreException(ErrorKind.Aborted, "a directory was moved while it was read", "Try again when nothing changes it.");
        }
    }

    /// <summary>The names in it, ordered bytewise, without <c>.</c> and <c>..</c>; none if it was removed since it was opened.</summary>
    public IReadOnlyList<DirectoryItem> List()
    {
        List<DirectoryItem> items = [];
        byte[] buffer = ArrayPool<byte>.Shared.Rent(64 * 1024);
        try
        {
            // Also the first time: what btrfs lists was there when the directory was opened, or last rewound (since Linux 6.5).
            if (Libc.lseek(_handle, 0, Libc.SEEK_SET) < 0)
            {
                LinuxError.Throw("list", s_itself);
            }

            while (true)
            {
                nint length;
                fixed (byte* p = buffer)
                {
                    length = Libc.getdents64(_handle, p, buffer.Length);
                }

                // getdents64(2) has an error for a removed directory, which POSIX has not: to readdir it is an empty one.
                if (length < 0 && LinuxError.Last != Errno.ENOENT)
                {
                    LinuxError.Throw("list", s_itself);
                }

                if (length <= 0)
                {
                    break;
                }

                ParseItems(buffer.AsSpan(0, (int)length), items);
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }

        items.Sort(static (a, b) => a.Name.CompareTo(b.Name));
        return items;
    }

    /// <summary>The directory's own status.</summary>
    public FileStatus Stat() => FileOperations.Stat(_handle, s_itself);

    /// <summary>The status of a name; null if there is nothing.</summary>
    public FileStatus? TryStat(ByteString name)
    {
        StatxBuffer buffer;
        fixed (byte* p = CString.TerminateName(name, stackalloc byte[CString.StackSize]))
        {
            if (Libc.statx(_handle, p, Libc.AT_SYMLINK_NOFOLLOW, Libc.STATX_BASIC_STATS, &buffer) == 0)
            {
                return FileOperations.ToStatus(in buffer);
            }
        }

        if (LinuxError.Last != Errno.ENOENT)
        {
            LinuxError.Throw("stat", name);
        }

        return null;
    }

    /// <summary>Makes a directory. The process's umask applies: set the mode afterwards.</summary>
    public void MakeDirectory(ByteString name, uint mode)
    {
        fixed (byte* p = CString.TerminateName(name, stackalloc byte[CString.StackSize]))
        {
            LinuxError.Check(Libc.mkdirat(_handle, p, mode), "make the directory", name);
        }
    }

    /// <summary>Makes a device, named pipe or socket. The process's umask applies.</summary>
    /// <exception cref="LayerStoreException"><see cref="ErrorKind.DataLoss"/>: a device number that Linux does not have.</exception>
    public void MakeNode(ByteString name, FileType type, uint mode, uint major, uint minor)
    {
        // The kernel's dev_t has 12 bits for the major number and 20 for the minor (include/linux/kdev_t.h).
        if (major > 0xfff || minor > 0xfffff)
        {
            throw new LayerStoreException(ErrorKind.DataLoss, $"{name}: {major}:{minor} is not a device number");
        }

        ulong device = ((ulong)(minor & ~0xffu) << 12) | ((ulong)major << 8) | (minor & 0xff);
        fixed (byte* p = CString.TerminateName(name, stackalloc byte[CString.StackSize]))
        {
            LinuxError.Check(Libc.mknodat(_handle, p, FileOperations.TypeBits(type) | mode, device), "make the node", name);
        }
    }

    /// <summary>Makes a symbolic link.</summary>
    public void MakeSymbolicLink(ByteString name, ByteString target)
    {
        fixed (byte* p = CString.TerminateName(name, stackalloc byte[CString.StackSize]))
        fixed (byte* t = CString.Terminate(target.Span, stackalloc byte[CString.StackSize]))
        {
            LinuxError.Check(Libc.symlinkat(t, _handle, p), "make the symbolic link", name);
        }
    }

    /// <summary>Makes another name in this directory for a file, also for a symbolic link itself.</summary>
    public void LinkFrom(DirectoryHandle sourceDirectory, ByteString sourceName, ByteString newName)
    {
        fixed (byte* s = CString.TerminateName(sourceName, stackalloc byte[CString.StackSize]))
        fixed (byte* p = CString.TerminateName(newName, stackalloc byte[CString.StackSize]))
        {
            LinuxError.Check(Libc.linkat(sourceDirectory._handle, s, _handle, p, 0), "make the hard link", newName);
        }
    }

    /// <summary>Makes an empty regular file, open for writing. The process's umask applies.</summary>
    /// <exception cref="LayerStoreException"><see cref="ErrorKind.AlreadyExists"/>: anything has that name.</exception>
    public SafeFileHandle CreateFile(ByteString name, uint mode) =>
        Open(name, Libc.O_WRONLY | Libc.O_CREAT | Libc.O_EXCL, mode, "create");

    /// <summary>The same; null if anything has that name.</summary>
    public SafeFileHandle? TryCreateFile(ByteString name, uint mode)
    {
        int descriptor = OpenRaw(name, Libc.O_WRONLY | Libc.O_CREAT | Libc.O_EXCL, mode);
        if (descriptor < 0)
        {
            if (LinuxError.Last == Errno.EEXIST)
            {
                return null;
            }

            LinuxError.Throw("create", name);
        }

        return new SafeFileHandle(descriptor, ownsHandle: true);
    }

    /// <summary>The same as <see cref="CreateFile"/>, open for reading too.</summary>
    public SafeFileHandle CreateReadWrite(ByteString name, uint mode) =>
        Open(name, Libc.O_RDWR | Libc.O_CREAT | Libc.O_EXCL, mode, "create");

    /// <summary>Opens for reading what was a regular file when it was last looked at. It may be something else now: look again before reading.</summary>
    public SafeFileHandle OpenUnchecked(ByteString name) => Open(name, Libc.O_RDONLY | Libc.O_NONBLOCK, 0, "open");

    /// <summary>Opens a regular file for reading.</summary>
    /// <exception cref="LayerStoreException"><see cref="ErrorKind.DataLoss"/>: it is not a regular file.</exception>
    public SafeFileHandle OpenRead(ByteString name) => RequireRegular(OpenUnchecked(name), name);

    /// <summary>The same, open for writing too.</summary>
    public SafeFileHandle OpenReadWrite(ByteString name) => RequireRegular(Open(name, Libc.O_RDWR | Libc.O_NONBLOCK, 0, "open"), name);

    private static SafeFileHandle RequireRegular(SafeFileHandle file, ByteString name)
    {
        try
        {
            if (FileOperations.Stat(file, name).Type == FileType.RegularFile)
            {
                return file;
            }
        }
        catch
        {
            file.Dispose();
            throw;
        }

        file.Dispose();
        throw new LayerStoreException(ErrorKind.DataLoss, $"{name} is not a regular file");
    }

    /// <summary>A symbolic link's target.</summary>
    /// <exception cref="LayerStoreException"><see cref="ErrorKind.Aborted"/>: it is no link by now.</exception>
    public ByteString ReadLink(ByteString name)
    {
        byte* target = stackalloc byte[4096]; // A target is below PATH_MAX.
        fixed (byte* p = CString.TerminateName(name, stackalloc byte[CString.StackSize]))
        {
            nint length = Libc.readlinkat(_handle, p, target, 4096);
            if (length < 0 && LinuxError.Last == Errno.EINVAL)
            {
                throw new LayerStoreException(ErrorKind.Aborted, $"{name} was a link and is none any more", "Try again when nothing changes it.");
            }

            if (length < 0)
            {
                LinuxError.Throw("read the link", name);
            }

            return new ByteString(new ReadOnlySpan<byte>(target, (int)length));
        }
    }

    /// <summary>Removes a name of anything but a directory.</summary>
    public void Unlink(ByteString name) => LinuxError.Check(Remove(name, 0), "remove", name);

    /// <summary>Removes an empty directory.</summary>
    public void RemoveDirectory(ByteString name) => LinuxError.Check(Remove(name, Libc.AT_REMOVEDIR), "remove the directory", name);

    /// <summary>Removes a name and, for a directory, all that is in it, however deep. Never follows a link, never enters another mount.</summary>
    /// <exception cref="LayerStoreException"><see cref="ErrorKind.NotFound"/>; <see cref="ErrorKind.FailedPrecondition"/>: something is mounted in it.</exception>
    public void RemoveTree(ByteString name) => TreeRemover.Remove(this, name);

    /// <summary>Renames; replaces what the new name has, as renameat2(2) does with these flags.</summary>
    public void Rename(ByteString name, DirectoryHandle to, ByteString newName, uint flags = 0)
    {
        fixed (byte* p = CString.TerminateName(name, stackalloc byte[CString.StackSize]))
        fixed (byte* n = CString.TerminateName(newName, stackalloc byte[CString.StackSize]))
        {
            LinuxError.Check(Libc.renameat2(_handle, p, to._handle, n, flags), "rename", name);
        }
    }

    /// <summary>Takes the directory's flock(2) without waiting, until the handle is disposed or the process ends; false if another has it.</summary>
    public bool TryLock()
    {
        while (Libc.flock(_handle, Libc.LOCK_EX | Libc.LOCK_NB) < 0)
        {
            if (LinuxError.Last == Errno.EAGAIN)
            {
                return false;
            }

            if (!LinuxError.Interrupted)
            {
                LinuxError.Throw("lock", s_itself);
            }
        }

        return true;
    }

    /// <summary>Takes the directory's flock(2), and waits for it on this thread.</summary>
    public void Lock()
    {
        while (Libc.flock(_handle, Libc.LOCK_EX) < 0)
        {
            if (!LinuxError.Interrupted)
            {
                LinuxError.Throw("lock", s_itself);
            }
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _handle.Dispose();

    /// <summary>Removes a file or an empty directory.</summary>
    /// <returns>Whether there is nothing of that name now; false for a directory that holds something, and for errors.</returns>
    public bool TryRemove(ByteString name) =>
        Remove(name, Libc.AT_REMOVEDIR) == 0 || LinuxError.Last == Errno.ENOENT || (LinuxError.Last == Errno.ENOTDIR && Remove(name, 0) == 0);

    /// <summary>Removes a name; −1 for an error, whose number is the thread's last.</summary>
    internal int Remove(ByteString name, int flags)
    {
        fixed (byte* p = CString.TerminateName(name, stackalloc byte[CString.StackSize]))
        {
            return Libc.unlinkat(_handle, p, flags);
        }
    }

    private static void ParseItems(ReadOnlySpan<byte> buffer, List<DirectoryItem> items)
    {
        // struct linux_dirent64: u64 inode, s64 offset, u16 length, u8 type, the name and a NUL (getdents(2)).
        while (!buffer.IsEmpty)
        {
            int length = BinaryPrimitives.ReadUInt16LittleEndian(buffer[16..]);
            ReadOnlySpan<byte> name = buffer[19..length];
            name = name[..name.IndexOf((byte)0)];
            if (name is not [(byte)'.'] and not [(byte)'.', (byte)'.'])
            {
                items.Add(new DirectoryItem(new ByteString(name), TypeHint(buffer[18]), BinaryPrimitives.ReadUInt64LittleEndian(buffer)));
            }

            buffer = buffer[length..];
        }
    }

    private static FileType? TypeHint(byte type) => type switch
    {
        1 => FileType.Fifo,
        2 => FileType.CharacterDevice,
        4 => FileType.Directory,
        6 => FileType.BlockDevice,
        8 => FileType.RegularFile,
        10 => FileType.SymbolicLink,
        12 => FileType.Socket,
        _ => null,
    };

    private SafeFileHandle Open(ByteString name, int flags, uint mode, string operation)
    {
        int descriptor = OpenRaw(name, flags, mode);
        if (descriptor < 0)
        {
            LinuxError.Throw(operation, name);
        }

        return new SafeFileHandle(descriptor, ownsHandle: true);
    }

    private int OpenRaw(ByteString name, int flags, uint mode)
    {
        fixed (byte* p = CString.TerminateName(name, stackalloc byte[CString.StackSize]))
        {
            int descriptor;
            do
            {
                descriptor = Libc.openat(_handle, p, flags | Libc.O_NOFOLLOW | Libc.O_CLOEXEC, mode);
            }
            while (descriptor < 0 && LinuxError.Interrupted);
            return descriptor;
        }
    }
}
