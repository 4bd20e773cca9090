using LayerStore;
using Microsoft.Win32.SafeHandles;

namespace Snapshotter.Linux;

/// <summary>
/// A directory that is the root of a tree from an image, and the only road from a tar to a disk. The kernel resolves
/// every path inside it, with openat2(2) RESOLVE_IN_ROOT and RESOLVE_NO_MAGICLINKS: <c>..</c>, absolute links and links that point
/// anywhere stay inside, whatever another process renames meanwhile.
/// </summary>
/// <remarks>Paths are bytes, with or without a leading slash; the empty path is the root itself.</remarks>
internal sealed unsafe class RootDirectory : IDisposable
{
    private static readonly ByteString s_root = ByteString.FromText("the root directory");

    private const ulong NoLinks = Libc.RESOLVE_IN_ROOT | Libc.RESOLVE_NO_SYMLINKS | Libc.RESOLVE_NO_MAGICLINKS;

    private readonly SafeFileHandle _handle;

    private RootDirectory(SafeFileHandle handle) => _handle = handle;

    /// <summary>The descriptor; it may be an O_PATH one.</summary>
    public SafeFileHandle Handle => _handle;

    /// <summary>Opens a directory that the store or its user named; links in this path are followed.</summary>
    public static RootDirectory Open(string path) => new(OpenPath(path));

    /// <summary>Takes over the descriptor of a directory, such as a detached mount.</summary>
    public static RootDirectory FromHandle(SafeFileHandle handle) => new(handle);

    /// <summary>Opens the root itself.</summary>
    public DirectoryHandle OpenSelf() => TryOpenDirectory(ByteString.Empty)
        ?? throw new LayerStoreException(ErrorKind.NotFound, "the root directory is gone");

    /// <summary>Opens a directory, following links inside the root; null if it does not exist or is something else.</summary>
    /// <exception cref="LayerStoreException"><see cref="ErrorKind.DataLoss"/>: a loop of links, a path too long.</exception>
    public DirectoryHandle? TryOpenDirectory(ByteString path)
    {
        SafeFileHandle? handle = Resolve(_handle, path, Libc.O_RDONLY | Libc.O_DIRECTORY, Libc.RESOLVE_IN_ROOT | Libc.RESOLVE_NO_MAGICLINKS);
        return handle is null ? null : new DirectoryHandle(handle);
    }

    /// <summary>The status of a path: links are followed on the way, but not in the last name. Null if there is nothing.</summary>
    /// <exception cref="LayerStoreException"><see cref="ErrorKind.DataLoss"/>: a loop of links, a path too long.</exception>
    public FileStatus? TryStat(ByteString path)
    {
        ReadOnlySpan<byte> trimmed = path.Span.TrimEnd((byte)'/');
        using SafeFileHandle? handle = Resolve(
            _handle,
            trimmed.Length == path.Length ? path : new ByteString(trimmed),
            Libc.O_PATH | Libc.O_NOFOLLOW,
            Libc.RESOLVE_IN_ROOT | Libc.RESOLVE_NO_MAGICLINKS);
        return handle is null ? null : FileOperations.Stat(handle, path);
    }

    /// <summary>Opens a directory whose path holds no links; null if it does not exist, is something else, or a link is on the way.</summary>
    public DirectoryHandle? TryOpenRealDirectory(ByteString path)
    {
        SafeFileHandle? handle = Resolve(_handle, path, Libc.O_RDONLY | Libc.O_DIRECTORY | Libc.O_NOFOLLOW, NoLinks, Errno.ELOOP);
        return handle is null ? null : new DirectoryHandle(handle);
    }

    /// <summary>The status of a path that holds no links but perhaps the last name; null if there is nothing, or a link is on the way.</summary>
    public FileStatus? TryStatReal(ByteString path)
    {
        using SafeFileHandle? handle = Resolve(_handle, path, Libc.O_PATH | Libc.O_NOFOLLOW, NoLinks, Errno.ELOOP);
        return handle is null ? null : FileOperations.Stat(handle, path);
    }

    /// <inheritdoc/>
    public void Dispose() => _handle.Dispose();

    /// <summary>Opens a trusted path to a directory, for use as a place only (O_PATH).</summary>
    internal static SafeFileHandle OpenPath(string path) => OpenTrusted(path, Libc.O_PATH);

    /// <summary>Opens a trusted path to a directory.</summary>
    internal static SafeFileHandle OpenTrusted(string path, int flags)
    {
        fixed (byte* p = CString.Terminate(System.Text.Encoding.UTF8.GetBytes(path), stackalloc byte[CString.StackSize]))
        {
            int descriptor = Libc.openat(Libc.AT_FDCWD, p, flags | Libc.O_DIRECTORY | Libc.O_CLOEXEC, 0);
            if (descriptor < 0)
            {
                LinuxError.Throw("open", path);
            }

            return new SafeFileHandle(descriptor, ownsHandle: true);
        }
    }

    /// <summary>Opens a directory in another, unless something is mounted there.</summary>
    internal static DirectoryHandle OpenOnSameMount(DirectoryHandle parent, ByteString name)
    {
        try
        {
            SafeFileHandle? handle = Resolve(
                parent.Handle,
                name,
                Libc.O_RDONLY | Libc.O_DIRECTORY | Libc.O_NOFOLLOW,
                Libc.RESOLVE_NO_XDEV | Libc.RESOLVE_NO_SYMLINKS | Libc.RESOLVE_NO_MAGICLINKS);
            return handle is null
                ? throw new LayerStoreException(ErrorKind.NotFound, $"there is no directory {name}")
                : new DirectoryHandle(handle);
        }
        catch (LinuxException e) when (e.Errno == Errno.EXDEV)
        {
            throw new LinuxException(e.Errno, ErrorKind.FailedPrecondition, $"something is mounted on {name}", "Unmount it first.");
        }
    }

    private static SafeFileHandle? Resolve(SafeFileHandle directory, ByteString path, int flags, ulong resolve, int alsoNothing = Errno.ENOENT)
    {
        OpenHow how = new() { Flags = (ulong)(uint)(flags | Libc.O_CLOEXEC), Resolve = resolve };
        ReadOnlySpan<byte> bytes = path.IsEmpty ? "."u8 : path.Span;
        long descriptor;
        fixed (byte* p = CString.Terminate(bytes, stackalloc byte[CString.StackSize]))
        {
            do
            {
                descriptor = Libc.openat2(directory, p, &how);
            }
            while (descriptor < 0 && LinuxError.Last is Errno.EINTR or Errno.EAGAIN); // EAGAIN: a rename raced with "..".
        }

        if (descriptor >= 0)
        {
            return new SafeFileHandle((nint)descriptor, ownsHandle: true);
        }

        if (LinuxError.Last is not (Errno.ENOENT or Errno.ENOTDIR) && LinuxError.Last != alsoNothing)
        {
            LinuxError.Throw("open", path.IsEmpty ? s_root : path);
        }

        return null;
    }
}
