using System.Buffers;
using LayerStore;
using Microsoft.Win32.SafeHandles;

namespace Snapshotter.Linux;

/// <summary>Copies files, their content by the cheapest road that the file systems have; holes stay holes.</summary>
internal static unsafe class FileCopy
{
    private const int BufferSize = 1 << 20;
    private const uint PrivateFile = 0x180; // 0600
    private static readonly ByteString s_source = ByteString.FromText("the file to copy");
    private static readonly ByteString s_target = ByteString.FromText("the copy");

    /// <summary>Copies <paramref name="size"/> bytes from offset 0: shared extents (FICLONE), else copy_file_range, else read and write.</summary>
    /// <param name="source">Open for reading. Its position may change.</param>
    /// <param name="target">Empty, open for writing.</param>
    /// <param name="size">The source's length in bytes.</param>
    /// <exception cref="LayerStoreException"><see cref="ErrorKind.Aborted"/>: the source ended before its size; others as the system says.</exception>
    public static void Copy(SafeFileHandle source, SafeFileHandle target, long size)
    {
        if (size == 0)
        {
            return;
        }

        // A clone is as long as the source is now, so it counts only if that is still the expected length.
        if (TryClone(source, target) && FileOperations.Stat(target, s_target).Size == size)
        {
            return;
        }

        if (Libc.ftruncate(target, size) < 0)
        {
            LinuxError.Throw("set the length of", s_target);
        }

        long offset = 0;
        while (NextData(source, ref offset, size, out long end))
        {
            CopyRange(source, target, offset, end);
            offset = end;
        }

        if (FileOperations.Stat(source, s_source).Size < size)
        {
            throw Truncated();
        }
    }

    /// <summary>Copies a file of any type but a directory to a name that is free: its content, its target or its device numbers, and no metadata.</summary>
    /// <param name="from">Where it is.</param>
    /// <param name="fromName">Its name there.</param>
    /// <param name="status">What it is.</param>
    /// <param name="to">Where the copy is made, for its owner alone.</param>
    /// <param name="toName">The copy's name.</param>
    public static void Copy(DirectoryHandle from, ByteString fromName, FileStatus status, DirectoryHandle to, ByteString toName)
    {
        switch (status.Type)
        {
            case FileType.RegularFile:
                using (SafeFileHandle source = from.OpenRead(fromName))
                using (SafeFileHandle target = to.CreateFile(toName, PrivateFile))
                {
                    Copy(source, target, status.Size);
                }

                break;
            case FileType.SymbolicLink:
                to.MakeSymbolicLink(toName, from.ReadLink(fromName));
                break;
            default:
                to.MakeNode(toName, status.Type, PrivateFile, status.RdevMajor, status.RdevMinor);
                break;
        }
    }

    /// <summary>Makes the target share the source's extents; false if the file system cannot.</summary>
    public static bool TryClone(SafeFileHandle source, SafeFileHandle target)
    {
        bool added = false;
        source.DangerousAddRef(ref added);
        try
        {
            return Libc.ioctl(target, Libc.FICLONE, (int)source.DangerousGetHandle()) == 0;
        }
        finally
        {
            source.DangerousRelease();
        }
    }

    /// <summary>The next run of data at or after an offset; false if only a hole is left.</summary>
    private static bool NextData(SafeFileHandle source, ref long offset, long size, out long end)
    {
        end = size;
        if (offset >= size)
        {
            return false;
        }

        long data = Libc.lseek(source, offset, Libc.SEEK_DATA);
        if (data < 0)
        {
            return LinuxError.Last != Errno.ENXIO; // Otherwise the file system cannot tell: all of it is data.
        }

        if (data >= size)
        {
            return false;
        }

        offset = data;
        long hole = Libc.lseek(source, data, Libc.SEEK_HOLE);
        end = hole < 0 ? size : Math.Min(hole, size);
        return true;
    }

    private static void CopyRange(SafeFileHandle source, SafeFileHandle target, long offset, long end)
    {
        long from = offset;
        long to = offset;
        while (from < end)
        {
            nint copied = Libc.copy_file_range(source, &from, target, &to, (nint)Math.Min(end - from, 1 << 30), 0);
            if (copied > 0)
            {
                continue;
            }

            // 0: the end of the source, or a file system (procfs, some FUSE) that answers so for what it cannot do.
            if (copied == 0 || LinuxError.Last is Errno.EXDEV or Errno.EINVAL or Errno.ENOSYS or Errno.EOPNOTSUPP or Errno.EBADF)
            {
                CopyThroughMemory(source, target, from, end);
                return;
            }

            if (!LinuxError.Interrupted)
            {
                LinuxError.Throw("write", s_target);
            }
        }
    }

    private static void CopyThroughMemory(SafeFileHandle source, SafeFileHandle target, long offset, long end)
    {
        byte[] buffer = ArrayPool<byte>.Shared.Rent(BufferSize);
        try
        {
            while (offset < end)
            {
                Span<byte> part = buffer.AsSpan(0, (int)Math.Min(end - offset, BufferSize));
                int length = FileOperations.ReadAt(source, part, offset, s_source);
                if (length == 0)
                {
                    throw Truncated();
                }

                FileOperations.WriteAt(target, part[..length], offset, s_target);
                offset += length;
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private static LayerStoreException Truncated() =>
        new(ErrorKind.Aborted, "a file became shorter while it was copied", "Try again when nothing changes it.");
}
