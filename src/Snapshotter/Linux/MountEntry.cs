namespace Snapshotter.Linux;

/// <summary>One line of /proc/PID/mountinfo (proc_pid_mountinfo(5)), with its octal escapes resolved.</summary>
/// <param name="Id">The mount's number.</param>
/// <param name="Target">Where it is attached, as the process sees it.</param>
/// <param name="FileSystemType">The file system's type.</param>
/// <param name="Source">The source; for most virtual file systems a word.</param>
/// <param name="MountOptions">The mount point's options, separated by commas.</param>
/// <param name="SuperOptions">The file system's options, separated by commas; for overlay its directories.</param>
public sealed record MountEntry(int Id, string Target, string FileSystemType, string Source, string MountOptions, string SuperOptions)
{
    /// <summary>Which directory of the file system shows there; <c>/</c> but for bind mounts and subvolumes. The kernel adds <c>//deleted</c> to one that was removed.</summary>
    public string Root { get; init; } = "/";
}
