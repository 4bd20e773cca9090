using System.Text;
using LayerStore;
using Microsoft.Win32.SafeHandles;

namespace Snapshotter.Linux;

/// <summary>What a file system is and can do. The paths are the store's or the user's own.</summary>
internal static unsafe class FileSystemProbe
{
    private const long ErofsMagic = 0xE0F5E1E2;

    /// <summary>The type's name, such as <c>ext4</c>; its magic number in hexadecimal for one that is not known here.</summary>
    public static string TypeName(string path) => Query(path).Type switch
    {
        0xEF53 => "ext4",
        0x58465342 => "xfs",
        0x9123683E => "btrfs",
        0x794C7630 => "overlay",
        0x01021994 => "tmpfs",
        ErofsMagic => "erofs",
        0xF2F52010 => "f2fs",
        0x2FC12FC1 => "zfs",
        0x6969 => "nfs",
        0x65735546 => "fuse",
        long magic => $"0x{magic:x}",
    };

    /// <summary>Whether an EROFS file system is mounted on a directory of a store; false if the directory is not there.</summary>
    public static bool IsErofs(string path)
    {
        StatFsBuffer buffer;
        fixed (byte* p = CString.Terminate(Encoding.UTF8.GetBytes(path), stackalloc byte[CString.StackSize]))
        {
            return Libc.statfs(p, &buffer) == 0 ? buffer.Type == ErofsMagic
                : LinuxError.Last == Errno.ENOENT ? false
                : throw LinuxError.Make(LinuxError.Last, "look at the file system of", path);
        }
    }

    /// <summary>How many bytes this process can still write; a file system that counts none has no end.</summary>
    public static long FreeBytes(string path) => FreeBytes(Query(path));

    /// <summary>How many bytes this process can still write to an open file's file system; a file system that counts none has no end.</summary>
    public static long FreeBytes(SafeFileHandle file, ByteString what)
    {
        StatFsBuffer buffer;
        LinuxError.Check(Libc.fstatfs(file, &buffer), "look at the file system of", what);
        return FreeBytes(buffer);
    }

    /// <summary>How many files can still be made; null where the file system keeps no table of them, as btrfs does not.</summary>
    public static long? FreeInodes(string path)
    {
        StatFsBuffer buffer = Query(path);
        return buffer.Files == 0 ? null : (long)Math.Min(buffer.FreeFiles, long.MaxValue);
    }

    /// <summary>Tries whether files in this directory can share extents.</summary>
    public static bool SupportsReflink(string directory)
    {
        using DirectoryHandle handle = new(FileSystemSync.OpenDirectory(directory));
        using SafeFileHandle source = MakeProbe(handle);
        FileOperations.Write(source, new byte[4096], ByteString.FromText(directory));
        using SafeFileHandle target = MakeProbe(handle);
        return FileCopy.TryClone(source, target);
    }

    /// <summary>Tries whether a file in this directory can have an xattr of this name (with the value <c>y</c>).</summary>
    public static bool SupportsXattr(string directory, ByteString xattr)
    {
        int errno = TryXattr(directory, xattr);
        return errno switch
        {
            0 => true,
            Errno.EOPNOTSUPP or Errno.EPERM or Errno.EACCES or Errno.EINVAL => false,
            _ => throw LinuxError.Make(errno, $"set the xattr {xattr} in", directory),
        };
    }

    /// <summary>Tries whether the file system knows xattrs of this name at all, whoever may set them.</summary>
    public static bool KnowsXattr(string directory, ByteString xattr) => TryXattr(directory, xattr) != Errno.EOPNOTSUPP;

    private static int TryXattr(string directory, ByteString xattr)
    {
        using DirectoryHandle handle = new(FileSystemSync.OpenDirectory(directory));
        using SafeFileHandle file = MakeProbe(handle);
        return FileOperations.TrySetXattr(file, xattr, ByteString.FromText("y"));
    }

    private static long FreeBytes(in StatFsBuffer buffer) =>
        buffer.Blocks == 0 ? long.MaxValue : (long)Math.Min((decimal)buffer.AvailableBlocks * buffer.BlockSize, long.MaxValue);

    private static StatFsBuffer Query(string path)
    {
        StatFsBuffer buffer;
        fixed (byte* p = CString.Terminate(Encoding.UTF8.GetBytes(path), stackalloc byte[CString.StackSize]))
        {
            if (Libc.statfs(p, &buffer) < 0)
            {
                LinuxError.Throw("look at the file system of", path);
            }
        }

        return buffer;
    }

    /// <summary>A file without a name: the descriptor is all that is left of it. The mode allows reading for the clone's source.</summary>
    private static SafeFileHandle MakeProbe(DirectoryHandle directory)
    {
        ByteString name = ByteString.FromText($".probe-{Guid.NewGuid():n}");
        SafeFileHandle file = directory.CreateReadWrite(name, 0x180);
        if (directory.Remove(name, 0) < 0 && LinuxError.Last != Errno.ENOENT)
        {
            int errno = LinuxError.Last;
            file.Dispose();
            throw LinuxError.Make(errno, "remove", name.ToString());
        }

        return file;
    }
}
