using System.Buffers;
using LayerStore;
using LayerStore.Tar;
using Microsoft.Win32.SafeHandles;

namespace Snapshotter.Linux;

/// <summary>Reads extended attributes: of an open file, or of a path whose last name is not followed. <c>what</c> names it in errors.</summary>
internal static unsafe class FileXattrs
{
    private const int MaxBytes = 64 * 1024; // XATTR_SIZE_MAX and XATTR_LIST_MAX, include/uapi/linux/limits.h

    /// <summary>All attributes of an open file, ordered bytewise by name.</summary>
    /// <param name="file">Not one opened with O_PATH.</param>
    /// <param name="wanted">Which to read; null reads all.</param>
    /// <param name="what">The file, for errors.</param>
    public static IReadOnlyList<Xattr> List(SafeFileHandle file, XattrFilter? wanted, ByteString what) => List(file, path: null, wanted, what);

    /// <summary>The same for a path; null is the open file.</summary>
    public static IReadOnlyList<Xattr> List(SafeFileHandle file, byte* path, XattrFilter? wanted, ByteString what)
    {
        const int SmallList = 1024;
        byte* small = stackalloc byte[SmallList];
        nint length = List(file, path, small, SmallList);
        if (length >= 0)
        {
            return length == 0 ? [] : Read(file, path, new ReadOnlySpan<byte>(small, (int)length), wanted, what);
        }

        if (LinuxError.Last == Errno.EOPNOTSUPP)
        {
            return [];
        }

        if (LinuxError.Last != Errno.ERANGE)
        {
            LinuxError.Throw("list the xattrs of", what);
        }

        byte[] large = ArrayPool<byte>.Shared.Rent(MaxBytes);
        try
        {
            fixed (byte* p = large)
            {
                length = List(file, path, p, large.Length);
            }

            LinuxError.Check((int)length, "list the xattrs of", what);
            return Read(file, path, large.AsSpan(0, (int)length), wanted, what);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(large);
        }
    }

    /// <summary>One value; null if it is not set or the file system has none of that kind.</summary>
    public static ByteString? Get(SafeFileHandle file, byte* path, ByteString xattr, ByteString what)
    {
        const int SmallValue = 256;
        byte* small = stackalloc byte[SmallValue];
        fixed (byte* key = CString.Terminate(xattr.Span, stackalloc byte[CString.StackSize]))
        {
            nint length = Get(file, path, key, small, SmallValue);
            if (length >= 0)
            {
                return new ByteString(new ReadOnlySpan<byte>(small, (int)length));
            }

            if (LinuxError.Last == Errno.ERANGE)
            {
                byte[] large = ArrayPool<byte>.Shared.Rent(MaxBytes);
                try
                {
                    fixed (byte* p = large)
                    {
                        length = Get(file, path, key, p, large.Length);
                    }

                    if (length >= 0)
                    {
                        return new ByteString(large.AsSpan(0, (int)length));
                    }
                }
                finally
                {
                    ArrayPool<byte>.Shared.Return(large);
                }
            }
        }

        return LinuxError.Last is Errno.ENODATA or Errno.EOPNOTSUPP
            ? null
            : throw LinuxError.Make(LinuxError.Last, $"read the xattr {xattr} of", what.ToString());
    }

    private static nint List(SafeFileHandle file, byte* path, byte* list, nint size) =>
        path is null ? Libc.flistxattr(file, list, size) : Libc.llistxattr(path, list, size);

    private static nint Get(SafeFileHandle file, byte* path, byte* key, byte* value, nint size) =>
        path is null ? Libc.fgetxattr(file, key, value, size) : Libc.lgetxattr(path, key, value, size);

    private static List<Xattr> Read(SafeFileHandle file, byte* path, ReadOnlySpan<byte> list, XattrFilter? wanted, ByteString what)
    {
        List<Xattr> xattrs = [];
        while (list.IndexOf((byte)0) is int end and >= 0)
        {
            ReadOnlySpan<byte> name = list[..end];
            list = list[(end + 1)..];
            if (wanted is null || wanted(name))
            {
                ByteString key = new(name);
                if (Get(file, path, key, what) is { } value)
                {
                    xattrs.Add(new Xattr(key, value));
                }
            }
        }

        xattrs.Sort(static (a, b) => a.Name.CompareTo(b.Name));
        return xattrs;
    }
}
