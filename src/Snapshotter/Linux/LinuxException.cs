using LayerStore;

namespace Snapshotter.Linux;

/// <summary>A system call that failed, with its error number.</summary>
internal sealed class LinuxException : LayerStoreException
{
    /// <summary>Makes the error.</summary>
    public LinuxException(int errno, ErrorKind kind, string message, string? hint)
        : base(kind, message, hint)
    {
        Errno = errno;
    }

    /// <summary>The error number (<see cref="Linux.Errno"/>).</summary>
    public int Errno { get; }
}
