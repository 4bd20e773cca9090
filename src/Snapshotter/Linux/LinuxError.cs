using System.Diagnostics.CodeAnalysis;
using System.Runtime.InteropServices;
using LayerStore;

namespace Snapshotter.Linux;

/// <summary>Turns the error number of a failed system call into an exception: one switch for the whole project.</summary>
internal static class LinuxError
{
    /// <summary>The error number of this thread's last call.</summary>
    public static int Last => Marshal.GetLastPInvokeError();

    /// <summary>Whether the last call was interrupted by a signal and is to be made again.</summary>
    public static bool Interrupted => Last == Errno.EINTR;

    /// <summary>Throws for the last call's error number.</summary>
    /// <param name="operation">What was tried, as a verb: <c>create</c>.</param>
    /// <param name="what">What it was tried on; made safe to print here.</param>
    [DoesNotReturn]
    public static void Throw(string operation, string what) => throw Make(Last, operation, what);

    /// <inheritdoc cref="Throw(string, string)"/>
    [DoesNotReturn]
    public static void Throw(string operation, ByteString what) => throw Make(Last, operation, what.ToString());

    /// <summary>Throws if a call returned less than zero.</summary>
    public static void Check(int result, string operation, ByteString what)
    {
        if (result < 0)
        {
            Throw(operation, what);
        }
    }

    /// <summary>The exception for an error number.</summary>
    public static LinuxException Make(int errno, string operation, string what, string? detail = null)
    {
        string reason = detail is null ? Reason(errno) : $"{Printable.Text(detail)} ({Reason(errno)})";
        return new LinuxException(errno, KindOf(errno), $"cannot {operation} {Printable.Text(what)}: {reason}", HintFor(errno));
    }

    private static string Reason(int errno) => Marshal.GetPInvokeErrorMessage(errno);

    private static ErrorKind KindOf(int errno) => errno switch
    {
        Errno.ENOENT => ErrorKind.NotFound,
        Errno.EEXIST => ErrorKind.AlreadyExists,
        Errno.ENOSPC or Errno.EDQUOT => ErrorKind.ResourceExhausted,
        Errno.EPERM or Errno.EACCES or Errno.EROFS or Errno.ENOSYS => ErrorKind.PermissionDenied,
        Errno.EBUSY or Errno.ENOTEMPTY => ErrorKind.FailedPrecondition,

        // The name is most often an image's: a loop of links, a path too long, a file where a directory should be.
        Errno.ELOOP or Errno.ENAMETOOLONG or Errno.ENOTDIR or Errno.EISDIR or Errno.EXDEV or Errno.EMLINK => ErrorKind.DataLoss,
        Errno.EOPNOTSUPP => ErrorKind.Unimplemented,
        _ => ErrorKind.Unknown,
    };

    private static string? HintFor(int errno) => errno switch
    {
        Errno.EPERM or Errno.EACCES => "Run as root, or in a user namespace that maps what is needed.",
        Errno.EROFS => "The file system is mounted read-only.",
        Errno.ENOSPC or Errno.EDQUOT => "Free some space, or use a larger file system.",
        Errno.EBUSY => "Something still uses it: look with fuser -vm or lsof.",
        Errno.ENOSYS => "This kernel is too old: Linux 5.12 or later is needed.",
        Errno.EOPNOTSUPP => "This file system does not support it.",
        _ => null,
    };
}
