using System.Runtime.InteropServices;
using LayerStore.Linux;

namespace LayerStore;

/// <summary>
/// The one place where an error of the operating system becomes an error that a user can understand: a full disk, a
/// missing right, a read-only file system each have one kind and one hint, whichever call met them.
/// </summary>
public static class IoErrors
{
    /// <summary>Whether an exception is one that <see cref="Translate"/> is for: the BCL's file exceptions.</summary>
    public static bool IsIo(Exception exception) => exception is IOException or UnauthorizedAccessException;

    /// <summary>Turns a file exception of the BCL into a <see cref="LayerStoreException"/>; others come back as they are.</summary>
    /// <param name="exception">What was caught.</param>
    /// <param name="what">What was tried, to follow "cannot": <c>write blob sha256:…</c>.</param>
    public static Exception Translate(Exception exception, string what)
    {
        if (!IsIo(exception))
        {
            return exception;
        }

        // On Unix the BCL keeps the errno in HResult; UnauthorizedAccessException has it one level down.
        int errno = exception switch
        {
            UnauthorizedAccessException { InnerException: IOException inner } => inner.HResult,
            UnauthorizedAccessException => Errno.EACCES,
            FileNotFoundException or DirectoryNotFoundException => Errno.ENOENT,
            PathTooLongException => Errno.ENAMETOOLONG,
            _ => exception.HResult,
        };
        return errno is > 0 and < 4096
            ? FromErrno(errno, what, exception)
            : new LayerStoreException(ErrorKind.Unknown, $"cannot {what}: {Printable.Text(exception.Message).TrimEnd('.')}", null, exception);
    }

    /// <summary>Makes the error for an errno.</summary>
    /// <param name="errno">The error number, as in errno(3).</param>
    /// <param name="what">What was tried, to follow "cannot": <c>write blob sha256:…</c>.</param>
    /// <param name="cause">The exception that brought it, if one did.</param>
    public static LayerStoreException FromErrno(int errno, string what, Exception? cause = null)
    {
        (ErrorKind kind, string? hint) = errno switch
        {
            Errno.ENOSPC => (ErrorKind.ResourceExhausted, "Free some space on this file system, then try again."),
            Errno.EDQUOT => (ErrorKind.ResourceExhausted, "The disk quota is used up: free some space or raise it, then try again."),
            Errno.ENOMEM or Errno.EMFILE or Errno.ENFILE => (ErrorKind.ResourceExhausted, "A limit of the system was reached; see ulimit -a."),
            Errno.EROFS => (ErrorKind.PermissionDenied, "The file system is mounted read-only."),
            Errno.EACCES or Errno.EPERM => (ErrorKind.PermissionDenied, "Run it as the user who owns this directory, or as root."),
            Errno.ENOENT => (ErrorKind.NotFound, null),
            Errno.EEXIST => (ErrorKind.AlreadyExists, null),
            Errno.EBUSY or Errno.ENOTEMPTY => (ErrorKind.FailedPrecondition, null),
            Errno.ENOSYS or Errno.EOPNOTSUPP => (ErrorKind.Unimplemented, "This kernel or file system does not do that."),
            _ => (ErrorKind.Unknown, (string?)null),
        };
        return new LayerStoreException(kind, $"cannot {what}: {Marshal.GetPInvokeErrorMessage(errno)}", hint, cause);
    }
}
