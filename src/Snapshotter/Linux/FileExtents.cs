using LayerStore;
using Microsoft.Win32.SafeHandles;

namespace Snapshotter.Linux;

/// <summary>Where a file's bytes lie, as FS_IOC_FIEMAP tells (kernel, Documentation/filesystems/fiemap.rst).</summary>
/// <param name="Count">How many extents it has.</param>
/// <param name="IsInline">Whether its bytes lie in the file system's own tables, beside the inode.</param>
/// <param name="Shared">The extents that it shares with other files, or with snapshots of the file system.</param>
internal sealed unsafe record FileExtents(int Count, bool IsInline, IReadOnlyList<ExtentRange> Shared)
{
    private const int ExtentsAtATime = 64;

    /// <summary>No bytes, or a file system that cannot tell.</summary>
    public static FileExtents None { get; } = new(0, false, []);

    /// <summary>Asks the file system.</summary>
    /// <param name="file">Open for reading.</param>
    /// <param name="what">Its name in errors.</param>
    public static FileExtents Read(SafeFileHandle file, ByteString what)
    {
        List<ExtentRange> shared = [];
        int count = 0;
        bool isInline = false;
        FiemapBuffer map;
        ulong start = 0;
        bool isLast = false;
        while (!isLast)
        {
            map.Start = start;
            map.Length = ulong.MaxValue - start;
            map.Flags = 0;
            map.MappedExtents = 0;
            map.ExtentCount = ExtentsAtATime;
            map.Reserved = 0;
            if (Libc.ioctl(file, Libc.FS_IOC_FIEMAP, &map) < 0)
            {
                if (LinuxError.Last is Errno.EOPNOTSUPP or Errno.ENOTTY)
                {
                    return None;
                }

                LinuxError.Throw("look at the extents of", what);
            }

            isLast = map.MappedExtents == 0;
            foreach (ref readonly FiemapExtent extent in new ReadOnlySpan<FiemapExtent>(map.Extents, (int)map.MappedExtents))
            {
                count++;
                isInline |= (extent.Flags & Libc.FIEMAP_EXTENT_DATA_INLINE) != 0;
                isLast |= (extent.Flags & Libc.FIEMAP_EXTENT_LAST) != 0;
                start = extent.Logical + extent.Length;
                if ((extent.Flags & Libc.FIEMAP_EXTENT_SHARED) != 0)
                {
                    shared.Add(new ExtentRange(extent.Physical, extent.Physical + extent.Length));
                }
            }
        }

        return new FileExtents(count, isInline, shared);
    }
}
