using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace LayerStore.Linux;

/// <summary>What the page cache holds of a file. Nothing here changes what is in the file, or makes it durable.</summary>
internal static unsafe class PageCache
{
    /// <summary>
    /// Writes all of the bytes without keeping them in memory: write-back begins at once, and what is on the disk leaves the page cache
    /// (RWF_DONTCACHE of pwritev2(2)).
    /// </summary>
    /// <returns>False, and nothing is written, if the kernel or the file system cannot do that.</returns>
    /// <exception cref="LayerStoreException">It cannot be written.</exception>
    public static bool TryWriteUncached(SafeFileHandle file, ReadOnlySpan<byte> data, long offset, string what)
    {
        fixed (byte* start = data)
        {
            for (nint done = 0; done < data.Length;)
            {
                Libc.IoVector part = new() { Start = start + done, Length = data.Length - done };
                nint written = Libc.pwritev2(file, &part, 1, offset + done, Libc.RWF_DONTCACHE);
                if (written >= 0)
                {
                    done += written;
                    continue;
                }

                int errno = Marshal.GetLastPInvokeError();
                if (done == 0 && errno is Errno.EOPNOTSUPP or Errno.EINVAL or Errno.ENOSYS)
                {
                    return false;
                }

                if (errno != Errno.EINTR)
                {
                    throw IoErrors.FromErrno(errno, $"write {what}");
                }
            }
        }

        return true;
    }

    /// <summary>Asks for write-back of a range to begin now, so that the fsync at the end waits less. Only a request: it cannot fail.</summary>
    public static void BeginWriteBack(SafeFileHandle file, long offset, long length) =>
        _ = Libc.sync_file_range(file, offset, length, Libc.SYNC_FILE_RANGE_WRITE);

    /// <summary>How many bytes of a range are in memory; null if the kernel does not tell (cachestat(2), since Linux 6.5; only to those who may write to the file).</summary>
    public static long? Cached(SafeFileHandle file, long offset, long length)
    {
        Libc.CacheRange range = new() { Offset = (ulong)offset, Length = (ulong)length };
        Libc.CacheStatus status;
        return Libc.cachestat(file, &range, &status) == 0 ? (long)status.Cached * Environment.SystemPageSize : null;
    }

    /// <summary>Gives up the pages of a range that are as on the disk; others stay. Only a request: it cannot fail.</summary>
    public static void Forget(SafeFileHandle file, long offset, long length) => _ = Libc.posix_fadvise(file, offset, length, Libc.POSIX_FADV_DONTNEED);
}
