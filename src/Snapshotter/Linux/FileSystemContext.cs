using System.Text;
using LayerStore;
using Microsoft.Win32.SafeHandles;

namespace Snapshotter.Linux;

/// <summary>A file system that is being configured: fsopen, fsconfig, fsmount (kernel, Documentation/filesystems/mount_api.rst).</summary>
/// <remarks>Close it before the mount is used, or unmounting answers EBUSY.</remarks>
internal sealed unsafe class FileSystemContext : IDisposable
{
    private readonly SafeFileHandle _handle;
    private readonly string _type;

    private FileSystemContext(SafeFileHandle handle, string type)
    {
        _handle = handle;
        _type = type;
    }

    /// <summary>Starts one of this type.</summary>
    public static FileSystemContext Open(string type)
    {
        fixed (byte* p = CString.Terminate(Encoding.UTF8.GetBytes(type), stackalloc byte[CString.StackSize]))
        {
            long descriptor = Libc.fsopen(p, Libc.FSOPEN_CLOEXEC);
            if (descriptor < 0)
            {
                int errno = LinuxError.Last;
                throw errno == Errno.ENODEV
                    ? new LinuxException(errno, ErrorKind.PermissionDenied, $"this kernel has no {type} file system", $"Load it with modprobe {type}, or choose another driver.")
                    : LinuxError.Make(errno, "mount a file system of type", type);
            }

            return new FileSystemContext(new SafeFileHandle((nint)descriptor, ownsHandle: true), type);
        }
    }

    /// <summary>Sets an option without a value.</summary>
    public void SetFlag(string key) => Check(Configure(Libc.FSCONFIG_SET_FLAG, key, null, 0), key);

    /// <summary>Sets an option to a text of at most 255 bytes.</summary>
    public void SetString(string key, string value) => Check(Configure(Libc.FSCONFIG_SET_STRING, key, value, 0), $"{key}={value}");

    /// <summary>
    /// Sets an option to a directory. By descriptor, because a text may have 255 bytes only; kernels before 6.13 take no
    /// descriptor here, and get the path, or the descriptor's own path in /proc if that is too long.
    /// </summary>
    public void SetDirectory(string key, string path)
    {
        using SafeFileHandle directory = RootDirectory.OpenPath(path);
        SetDirectory(key, path, directory);
    }

    /// <summary>Sets an option to an open directory.</summary>
    /// <param name="key">The option.</param>
    /// <param name="path">Its path, for old kernels and for errors.</param>
    /// <param name="directory">The directory.</param>
    /// <param name="isElsewhere">Whether the descriptor leads to a mount that is not at the path, so that only the descriptor will do.</param>
    public void SetDirectory(string key, string path, SafeFileHandle directory, bool isElsewhere = false)
    {
        int descriptor = (int)directory.DangerousGetHandle();
        if (Configure(Libc.FSCONFIG_SET_FD, key, null, descriptor) == 0)
        {
            return;
        }

        if (isElsewhere || LinuxError.Last is not (Errno.EINVAL or Errno.EBADF))
        {
            Check(-1, $"{key}={path}");
        }

        _ = ReadLog();
        string text = Encoding.UTF8.GetByteCount(path) < 256 ? path : $"/proc/self/fd/{descriptor}";
        Check(Configure(Libc.FSCONFIG_SET_STRING, key, text, 0), $"{key}={path}");
    }

    /// <summary>Makes the file system and a mount of it that is not attached anywhere.</summary>
    /// <param name="attributes">MOUNT_ATTR_* bits.</param>
    public SafeFileHandle Mount(uint attributes)
    {
        Check(Configure(Libc.FSCONFIG_CMD_CREATE, null, null, 0), null);
        long descriptor = Libc.fsmount(_handle, Libc.FSMOUNT_CLOEXEC, attributes);
        Check((int)descriptor, null);
        return new SafeFileHandle((nint)descriptor, ownsHandle: true);
    }

    /// <inheritdoc/>
    public void Dispose() => _handle.Dispose();

    private int Configure(uint command, string? key, string? value, int aux)
    {
        byte[]? keyBytes = key is null ? null : Encoding.UTF8.GetBytes(key + '\0');
        byte[]? valueBytes = value is null ? null : Encoding.UTF8.GetBytes(value + '\0');
        fixed (byte* k = keyBytes)
        fixed (byte* v = valueBytes)
        {
            return (int)Libc.fsconfig(_handle, command, k, v, aux);
        }
    }

    private void Check(int result, string? option)
    {
        if (result >= 0)
        {
            return;
        }

        int errno = LinuxError.Last;
        string? log = ReadLog();
        string what = option is null ? $"{_type} file system" : $"{_type} file system with {option}";
        throw LinuxError.Make(errno, "mount the", what, log);
    }

    /// <summary>The kernel's own words: lines such as <c>e overlay: Unknown parameter 'x'</c>, one a read.</summary>
    private string? ReadLog()
    {
        List<string> lines = [];
        byte* buffer = stackalloc byte[1024];
        while (lines.Count < 8)
        {
            nint length = Libc.read(_handle, buffer, 1024);
            if (length <= 0)
            {
                break;
            }

            string line = Encoding.UTF8.GetString(buffer, (int)length).Trim();
            lines.Add(line.Length > 2 && line[1] == ' ' ? line[2..] : line);
        }

        return lines.Count == 0 ? null : string.Join("; ", lines);
    }
}
