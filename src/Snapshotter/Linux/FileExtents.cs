using LayerStore;
using Microsoft.Win32.SafeHandles;

namespace Snapshotter.Linux;

/// <summary>Where a file's bytes lie, as FS_IOC_FIEMAP tells (kernel, Documentation/filesystems/fiemap.rst).</summary>
internal static unsafe class FileExtents
{
    private const int ExtentsAtATime = 64;

    /// <summary>Adds the extents that the file shares with others, or with snapshots of the file system.</summary>
    /// <param name="file">Open for reading.</param>
    /// <param name="what">Its name in errors.</param>
    /// <param name="shared">Gets the extents.</param>
    /// <returns>False if the file system cannot tell.</returns>
    public static bool TryAddShared(SafeFileHandle file, ByteString what, List<ExtentRange> shared)
    {
        FiemapBuffer map;
        ulong start = 0;
        while (true)
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
                    return false;
                }

                LinuxError.Throw("look at the extents of", what);
            }

            if (map.MappedExtents == 0)
            {
                return true;
            }

            FiemapExtent* extents = (FiemapExtent*)map.Extents;
            for (uint i = 0; i < map.MappedExtents; i++)
            {
                if ((extents[i].Flags & Libc.FIEMAP_EXTENT_SHARED) != 0)
                {
                    shared.Add(new ExtentRange(extents[i].Physical, extents[i].Physical + extents[i].Length));
                }
            }

            FiemapExtent last = extents[map.MappedExtents - 1];
            start = last.Logical + last.Length;
            if ((last.Flags & Libc.FIEMAP_EXTENT_LAST) != 0)
            {
                return true;
            }
        }
    }
}
