using System.Runtime.InteropServices;

namespace Snapshotter.Linux;

/// <summary><c>struct statx</c> (include/uapi/linux/stat.h): unlike struct stat the same on every architecture.</summary>
[StructLayout(LayoutKind.Explicit, Size = 256)]
internal struct StatxBuffer
{
    [FieldOffset(16)]
    public uint LinkCount;

    [FieldOffset(20)]
    public uint UserId;

    [FieldOffset(24)]
    public uint GroupId;

    [FieldOffset(28)]
    public ushort Mode;

    [FieldOffset(32)]
    public ulong Inode;

    [FieldOffset(40)]
    public ulong Size;

    [FieldOffset(48)]
    public ulong Blocks;

    [FieldOffset(96)]
    public long ChangedSeconds;

    [FieldOffset(104)]
    public uint ChangedNanoseconds;

    [FieldOffset(112)]
    public long ModifiedSeconds;

    [FieldOffset(120)]
    public uint ModifiedNanoseconds;

    [FieldOffset(128)]
    public uint RdevMajor;

    [FieldOffset(132)]
    public uint RdevMinor;

    [FieldOffset(136)]
    public uint DeviceMajor;

    [FieldOffset(140)]
    public uint DeviceMinor;
}

/// <summary><c>struct open_how</c> of openat2(2).</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct OpenHow
{
    public ulong Flags;
    public ulong Mode;
    public ulong Resolve;
}

/// <summary><c>struct timespec</c> on 64-bit machines.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct Timespec
{
    public long Seconds;
    public long Nanoseconds;
}

/// <summary><c>struct mount_attr</c> of mount_setattr(2).</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct MountAttributes
{
    public ulong Set;
    public ulong Clear;
    public ulong Propagation;
    public ulong UserNamespace;
}

/// <summary><c>struct statfs</c> on 64-bit machines.</summary>
[StructLayout(LayoutKind.Explicit, Size = 120)]
internal struct StatFsBuffer
{
    [FieldOffset(0)]
    public long Type;

    [FieldOffset(8)]
    public long BlockSize;

    [FieldOffset(16)]
    public ulong Blocks;

    [FieldOffset(32)]
    public ulong AvailableBlocks;

    [FieldOffset(40)]
    public ulong Files;

    [FieldOffset(48)]
    public ulong FreeFiles;
}

/// <summary><c>struct fiemap</c> (linux/fiemap.h) with room for 64 extents.</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct FiemapBuffer
{
    public ulong Start;
    public ulong Length;
    public uint Flags;
    public uint MappedExtents;
    public uint ExtentCount;
    public uint Reserved;
    public fixed byte Extents[64 * 56];
}

/// <summary><c>struct fiemap_extent</c>.</summary>
[StructLayout(LayoutKind.Explicit, Size = 56)]
internal struct FiemapExtent
{
    [FieldOffset(0)]
    public ulong Logical;

    [FieldOffset(8)]
    public ulong Physical;

    [FieldOffset(16)]
    public ulong Length;

    [FieldOffset(40)]
    public uint Flags;
}
