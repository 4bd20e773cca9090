using System.Buffers.Text;
using LayerStore;
using LayerStore.Tar;

namespace Snapshotter.Linux;

/// <content>Owner, mode, times and extended attributes.</content>
internal sealed unsafe partial class DirectoryHandle
{
    /// <summary>Sets owner and group, of a symbolic link its own.</summary>
    public void SetOwner(ByteString? name, uint userId, uint groupId)
    {
        if (name is not { } file)
        {
            FileOperations.SetOwner(_handle, userId, groupId, s_itself);
            return;
        }

        fixed (byte* p = CString.TerminateName(file, stackalloc byte[CString.StackSize]))
        {
            LinuxError.Check(Libc.fchownat(_handle, p, userId, groupId, Libc.AT_SYMLINK_NOFOLLOW), "set the owner of", file);
        }
    }

    /// <summary>Sets the mode bits, 0 to 07777.</summary>
    /// <exception cref="LayerStoreException"><see cref="ErrorKind.Unimplemented"/>: a symbolic link, which has no mode of its own.</exception>
    public void SetMode(ByteString? name, uint mode)
    {
        if (name is not { } file)
        {
            FileOperations.SetMode(_handle, mode, s_itself);
            return;
        }

        fixed (byte* p = CString.TerminateName(file, stackalloc byte[CString.StackSize]))
        {
            LinuxError.Check(Libc.fchmodat(_handle, p, mode, Libc.AT_SYMLINK_NOFOLLOW), "set the mode of", file);
        }
    }

    /// <summary>Sets the times; a null access time stays as it is.</summary>
    public void SetTimes(ByteString? name, Timestamp? accessedAt, Timestamp modifiedAt)
    {
        if (name is not { } file)
        {
            FileOperations.SetTimes(_handle, accessedAt, modifiedAt, s_itself);
            return;
        }

        Timespec* times = stackalloc Timespec[2];
        FileOperations.FillTimes(times, accessedAt, modifiedAt);
        fixed (byte* p = CString.TerminateName(file, stackalloc byte[CString.StackSize]))
        {
            LinuxError.Check(Libc.utimensat(_handle, p, times, Libc.AT_SYMLINK_NOFOLLOW), "set the times of", file);
        }
    }

    /// <summary>The value of an extended attribute; null if it is not set or the file system has none of that kind.</summary>
    public ByteString? GetXattr(ByteString? name, ByteString xattr)
    {
        if (name is null)
        {
            return FileXattrs.Get(_handle, path: null, xattr, s_itself);
        }

        fixed (byte* path = ProcPath(name, stackalloc byte[CString.StackSize]))
        {
            return FileXattrs.Get(_handle, path, xattr, name.Value);
        }
    }

    /// <summary>All extended attributes that this process may see, ordered bytewise by name.</summary>
    /// <param name="name">The file; null is the directory itself.</param>
    /// <param name="wanted">Which to read; null reads all.</param>
    public IReadOnlyList<Xattr> ListXattrs(ByteString? name, XattrFilter? wanted = null)
    {
        if (name is null)
        {
            return FileXattrs.List(_handle, path: null, wanted, s_itself);
        }

        fixed (byte* path = ProcPath(name, stackalloc byte[CString.StackSize]))
        {
            return FileXattrs.List(_handle, path, wanted, name.Value);
        }
    }

    /// <summary>Sets an extended attribute.</summary>
    public void SetXattr(ByteString? name, ByteString xattr, ByteString value)
    {
        if (TrySetXattr(name, xattr, value) is int errno and not 0)
        {
            throw LinuxError.Make(errno, $"set the xattr {xattr} of", (name ?? s_itself).ToString());
        }
    }

    /// <summary>Sets an extended attribute; returns the error number, 0 for success.</summary>
    public int TrySetXattr(ByteString? name, ByteString xattr, ByteString value)
    {
        if (name is null)
        {
            return FileOperations.TrySetXattr(_handle, xattr, value);
        }

        fixed (byte* path = ProcPath(name, stackalloc byte[CString.StackSize]))
        fixed (byte* key = CString.Terminate(xattr.Span, stackalloc byte[CString.StackSize]))
        fixed (byte* bytes = value.Span)
        {
            return Libc.lsetxattr(path, key, bytes, value.Length, 0) < 0 ? LinuxError.Last : 0;
        }
    }

    /// <summary>Removes an extended attribute, if it is there.</summary>
    public void RemoveXattr(ByteString? name, ByteString xattr)
    {
        fixed (byte* path = ProcPath(name, stackalloc byte[CString.StackSize]))
        fixed (byte* key = CString.Terminate(xattr.Span, stackalloc byte[CString.StackSize]))
        {
            int result = name is null ? Libc.removexattr(path, key) : Libc.lremovexattr(path, key);
            if (result < 0 && LinuxError.Last != Errno.ENODATA)
            {
                throw LinuxError.Make(LinuxError.Last, $"remove the xattr {xattr} of", (name ?? s_itself).ToString());
            }
        }
    }

    /// <summary>
    /// The file as a path through this directory's descriptor. The *xattrat() calls are new in Linux 6.13, and a descriptor
    /// of a symbolic link, FIFO or device cannot be had for xattrs; this road works on all, and the last name is not followed.
    /// </summary>
    private Span<byte> ProcPath(ByteString? name, Span<byte> buffer)
    {
        ReadOnlySpan<byte> prefix = "/proc/self/fd/"u8;
        prefix.CopyTo(buffer);
        Utf8Formatter.TryFormat((int)_handle.DangerousGetHandle(), buffer[prefix.Length..], out int digits);
        int length = prefix.Length + digits;
        if (name is { } file)
        {
            Span<byte> bytes = CString.TerminateName(file, stackalloc byte[CString.StackSize]);
            if (length + 2 + file.Length > buffer.Length)
            {
                Span<byte> larger = new byte[length + 2 + file.Length];
                buffer[..length].CopyTo(larger);
                buffer = larger;
            }

            buffer[length++] = (byte)'/';
            bytes[..file.Length].CopyTo(buffer[length..]);
            length += file.Length;
        }

        buffer[length] = 0;
        return buffer;
    }
}
