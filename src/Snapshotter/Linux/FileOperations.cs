using LayerStore;
using LayerStore.Tar;
using Microsoft.Win32.SafeHandles;

namespace Snapshotter.Linux;

/// <summary>What is done to an open file. <c>what</c> names it in errors.</summary>
internal static unsafe class FileOperations
{
    /// <summary>Reads from an offset until the buffer is full or the file ends; returns how much.</summary>
    public static int ReadAt(SafeFileHandle file, Span<byte> buffer, long offset, ByteString what)
    {
        int total = 0;
        while (total < buffer.Length)
        {
            nint got;
            fixed (byte* p = buffer[total..])
            {
                got = Libc.pread(file, p, buffer.Length - total, offset + total);
            }

            if (got == 0)
            {
                break;
            }

            if (got > 0)
            {
                total += (int)got;
            }
            else if (!LinuxError.Interrupted)
            {
                LinuxError.Throw("read", what);
            }
        }

        return total;
    }

    /// <summary>Writes all of the bytes at the file's position.</summary>
    public static void Write(SafeFileHandle file, ReadOnlySpan<byte> data, ByteString what)
    {
        while (!data.IsEmpty)
        {
            nint written;
            fixed (byte* p = data)
            {
                written = Libc.write(file, p, data.Length);
            }

            if (written >= 0)
            {
                data = data[(int)written..];
            }
            else if (!LinuxError.Interrupted)
            {
                LinuxError.Throw("write", what);
            }
        }
    }

    /// <summary>Writes all of the bytes at an offset.</summary>
    public static void WriteAt(SafeFileHandle file, ReadOnlySpan<byte> data, long offset, ByteString what)
    {
        while (!data.IsEmpty)
        {
            nint written;
            fixed (byte* p = data)
            {
                written = Libc.pwrite(file, p, data.Length, offset);
            }

            if (written >= 0)
            {
                data = data[(int)written..];
                offset += written;
            }
            else if (!LinuxError.Interrupted)
            {
                LinuxError.Throw("write", what);
            }
        }
    }

    /// <summary>Cuts the file, or lengthens it with zeros.</summary>
    public static void SetLength(SafeFileHandle file, long length, ByteString what) =>
        LinuxError.Check(Libc.ftruncate(file, length), "set the length of", what);

    /// <summary>The file's status.</summary>
    public static FileStatus Stat(SafeFileHandle file, ByteString what)
    {
        StatxBuffer buffer;
        byte empty = 0;
        LinuxError.Check(Libc.statx(file, &empty, Libc.AT_EMPTY_PATH, Libc.STATX_BASIC_STATS, &buffer), "stat", what);
        return ToStatus(in buffer);
    }

    /// <summary>Sets owner and group. The kernel clears setuid, setgid and file capabilities with it.</summary>
    public static void SetOwner(SafeFileHandle file, uint userId, uint groupId, ByteString what) =>
        LinuxError.Check(Libc.fchown(file, userId, groupId), "set the owner of", what);

    /// <summary>Sets the mode bits, 0 to 07777.</summary>
    public static void SetMode(SafeFileHandle file, uint mode, ByteString what) =>
        LinuxError.Check(Libc.fchmod(file, mode), "set the mode of", what);

    /// <summary>Sets the times; a null access time stays as it is.</summary>
    public static void SetTimes(SafeFileHandle file, Timestamp? accessedAt, Timestamp modifiedAt, ByteString what)
    {
        Timespec* times = stackalloc Timespec[2];
        FillTimes(times, accessedAt, modifiedAt);
        LinuxError.Check(Libc.futimens(file, times), "set the times of", what);
    }

    /// <summary>Sets an extended attribute.</summary>
    public static void SetXattr(SafeFileHandle file, ByteString name, ByteString value, ByteString what)
    {
        if (TrySetXattr(file, name, value) is int errno and not 0)
        {
            throw LinuxError.Make(errno, $"set the xattr {name} of", what.ToString());
        }
    }

    /// <summary>Sets an extended attribute; returns the error number, 0 for success.</summary>
    public static int TrySetXattr(SafeFileHandle file, ByteString name, ByteString value)
    {
        fixed (byte* pName = CString.Terminate(name.Span, stackalloc byte[CString.StackSize]))
        fixed (byte* pValue = value.Span)
        {
            return Libc.fsetxattr(file, pName, pValue, value.Length, 0) < 0 ? LinuxError.Last : 0;
        }
    }

    internal static void FillTimes(Timespec* times, Timestamp? accessedAt, Timestamp modifiedAt)
    {
        times[0] = accessedAt is { } atime
            ? new Timespec { Seconds = atime.Seconds, Nanoseconds = atime.Nanoseconds }
            : new Timespec { Nanoseconds = Libc.UTIME_OMIT };
        times[1] = new Timespec { Seconds = modifiedAt.Seconds, Nanoseconds = modifiedAt.Nanoseconds };
    }

    internal static FileStatus ToStatus(in StatxBuffer buffer) => new(
        TypeOf(buffer.Mode),
        buffer.Mode & 0xfffu,
        buffer.UserId,
        buffer.GroupId,
        (long)buffer.Size,
        (long)buffer.Blocks,
        new Timestamp(buffer.ModifiedSeconds, (int)buffer.ModifiedNanoseconds),
        new Timestamp(buffer.ChangedSeconds, (int)buffer.ChangedNanoseconds),
        buffer.LinkCount,
        buffer.Inode,
        ((ulong)buffer.DeviceMajor << 32) | buffer.DeviceMinor,
        buffer.RdevMajor,
        buffer.RdevMinor);

    internal static uint TypeBits(FileType type) => type switch
    {
        FileType.RegularFile => 0x8000,
        FileType.Directory => 0x4000,
        FileType.SymbolicLink => 0xa000,
        FileType.CharacterDevice => 0x2000,
        FileType.BlockDevice => 0x6000,
        FileType.Fifo => 0x1000,
        FileType.Socket => 0xc000,
        _ => throw new ArgumentOutOfRangeException(nameof(type)),
    };

    private static FileType TypeOf(uint mode) => (mode & 0xf000) switch
    {
        0x8000 => FileType.RegularFile,
        0x4000 => FileType.Directory,
        0xa000 => FileType.SymbolicLink,
        0x2000 => FileType.CharacterDevice,
        0x6000 => FileType.BlockDevice,
        0x1000 => FileType.Fifo,
        0xc000 => FileType.Socket,
        _ => throw new LayerStoreException(ErrorKind.Unknown, $"a file of unknown type 0{Convert.ToString(mode, 8)}"),
    };
}
