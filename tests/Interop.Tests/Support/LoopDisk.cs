namespace Interop.Tests.Support;

/// <summary>A file with a file system on it, mounted through a loop device.</summary>
internal static class LoopDisk
{
    /// <summary>Unmounts one, and waits until nothing has it any more.</summary>
    /// <remarks>The process that a command leaves behind may have it for a moment; a mount namespace that another test made meanwhile has a copy of the mount, which
    /// keeps the device and the files that were deleted.</remarks>
    public static void Unmount(string directory, string image) => ProcessRunner.Script(
        """
        for i in {1..100}; do umount "$1" 2> /dev/null && break; ((i < 100)) || umount "$1"; sleep 0.1; done
        for i in {1..1200}; do test -z "$(losetup -j "$2")" && exit; sleep 0.1; done
        echo "$1 is still mounted somewhere" >&2; exit 1
        """,
        directory,
        image);
}
