using System.Text;
using LayerStore;
using Microsoft.Win32.SafeHandles;
using Snapshotter.Snapshots;

namespace Snapshotter.Linux;

/// <summary>Carries mounts out: the one consumer of <see cref="Mount"/> values here.</summary>
/// <remarks>
/// Overlay goes through fsopen(2), which takes 500 lower directories of any path length; mount(2) cuts its options at one
/// page and is only the way out on kernels that lack the new calls.
/// </remarks>
public static unsafe class Mounter
{
    private const int PageSize = 4096;
    private const int FirstDelayMilliseconds = 8;
    private const int LongestDelayMilliseconds = 256;

    /// <summary>Mounts on a directory that exists. Links in <paramref name="target"/> are followed: it is the user's own path.</summary>
    /// <exception cref="LayerStoreException"><see cref="ErrorKind.PermissionDenied"/>: not allowed, or not in this kernel; others with the kernel's own words.</exception>
    public static void Mount(Mount mount, string target)
    {
        ArgumentNullException.ThrowIfNull(mount);
        ArgumentNullException.ThrowIfNull(target);
        MountOptions options = MountOptions.Parse(mount);
        if (options.IsBind)
        {
            using SafeFileHandle bind = OpenBind(mount.Source, options);
            Attach(bind, target);
            return;
        }

        SafeFileHandle? detached;
        try
        {
            detached = MakeFileSystem(mount, options);
        }
        catch (LinuxException e) when (options.Mapping is null && IsTooOld(e, mount))
        {
            MountClassic(mount, options, target);
            return;
        }

        using (detached)
        {
            Attach(detached, target);
        }
    }

    /// <summary>Unmounts. A mount that is in use is tried for half a second: many uses end by themselves.</summary>
    /// <param name="target">The mount point.</param>
    /// <param name="lazy">Detach it now, and free it when nothing uses it any more.</param>
    /// <exception cref="LayerStoreException"><see cref="ErrorKind.FailedPrecondition"/>: in use; <see cref="ErrorKind.NotFound"/>: nothing is mounted there.</exception>
    public static void Unmount(string target, bool lazy = false) => Unmount(target, lazy, Thread.Sleep);

    /// <summary>Takes away what is mounted on a directory of the store, for new users; those who have it keep it. Never throws.</summary>
    /// <returns>Whether something was mounted there.</returns>
    internal static bool TryDetach(string target) => TryUnmount(target, Libc.MNT_DETACH | Libc.UMOUNT_NOFOLLOW) == 0;

    /// <summary>As the other one, with another way to wait.</summary>
    /// <remarks>A child that another thread starts has copies of all descriptors, of files in the mount too, until it runs its program.</remarks>
    internal static void Unmount(string target, bool lazy, Action<int> wait)
    {
        ArgumentNullException.ThrowIfNull(target);
        int flags = lazy ? Libc.MNT_DETACH : 0;
        int error = TryUnmount(target, flags);
        for (int delay = FirstDelayMilliseconds; error == Errno.EBUSY && delay <= LongestDelayMilliseconds; delay *= 2)
        {
            wait(delay);
            error = TryUnmount(target, flags);
        }

        if (error == 0)
        {
            return;
        }

        throw error switch
        {
            Errno.EBUSY => new LinuxException(
                Errno.EBUSY,
                ErrorKind.FailedPrecondition,
                $"{Printable.Text(target)} is in use",
                "End what runs or stands in it (fuser -vm shows it), then unmount again."),
            Errno.EINVAL => new LinuxException(Errno.EINVAL, ErrorKind.NotFound, $"nothing is mounted on {Printable.Text(target)}", null),
            _ => LinuxError.Make(error, "unmount", target),
        };
    }

    /// <summary>
    /// Mounts without a place: only the returned descriptor leads to it, so that nothing is left when this process dies,
    /// however it dies.
    /// </summary>
    internal static RootDirectory MountDetached(Mount mount)
    {
        MountOptions options = MountOptions.Parse(mount);
        return RootDirectory.FromHandle(options.IsBind ? OpenBind(mount.Source, options) : MakeFileSystem(mount, options));
    }

    /// <summary>A detached bind mount of a directory that shows the owners of files as a user namespace maps them (mount_setattr(2), since Linux 5.12).</summary>
    /// <param name="source">The directory.</param>
    /// <param name="userNamespace">A descriptor of the namespace; not this process's own.</param>
    internal static RootDirectory MountMapped(string source, SafeFileHandle userNamespace)
    {
        SafeFileHandle tree = CloneTree(source, recursive: 0);
        try
        {
            MapOwners(tree, source, userNamespace, recursive: 0);
            return RootDirectory.FromHandle(tree);
        }
        catch
        {
            tree.Dispose();
            throw;
        }
    }

    private static int TryUnmount(string target, int flags)
    {
        fixed (byte* p = CString.Terminate(Encoding.UTF8.GetBytes(target), stackalloc byte[CString.StackSize]))
        {
            return Libc.umount2(p, flags) == 0 ? 0 : LinuxError.Last;
        }
    }

    private static void MapOwners(SafeFileHandle tree, string source, SafeFileHandle userNamespace, uint recursive)
    {
        MountAttributes attributes = new() { Set = Libc.MOUNT_ATTR_IDMAP, UserNamespace = (ulong)userNamespace.DangerousGetHandle() };
        byte empty = 0;
        int result = (int)Libc.mount_setattr(tree, &empty, Libc.AT_EMPTY_PATH | recursive, &attributes);
        int errno = LinuxError.Last;
        GC.KeepAlive(userNamespace);
        if (result < 0)
        {
            throw LinuxError.Make(errno, "map the owners of", source);
        }
    }

    private static SafeFileHandle MakeFileSystem(Mount mount, MountOptions options)
    {
        using MappedLowers? mapped = options.Mapping is null ? null : new MappedLowers(options.Mapping);
        using FileSystemContext context = FileSystemContext.Open(mount.Type);
        context.SetString("source", mount.Source);
        if (options.IsReadOnly)
        {
            context.SetFlag("ro");
        }

        bool overlay = mount.Type == "overlay";
        foreach ((string key, string? value) in options.FileSystem)
        {
            switch (key, value)
            {
                case (_, null):
                    context.SetFlag(key);
                    break;
                case ("lowerdir", _) when overlay:
                    foreach (string lower in MountOptions.SplitLowers(value))
                    {
                        if (mapped is null)
                        {
                            context.SetDirectory("lowerdir+", lower);
                        }
                        else
                        {
                            mapped.Set(context, lower);
                        }
                    }

                    break;
                case ("upperdir" or "workdir", _) when overlay:
                    context.SetDirectory(key, MountOptions.Unescape(value));
                    break;
                case ("lowerdir+" or "datadir+", _) when overlay:
                    context.SetDirectory(key, value);
                    break;
                default:
                    context.SetString(key, value);
                    break;
            }
        }

        return context.Mount(options.Attributes);
    }

    private static SafeFileHandle OpenBind(string source, MountOptions options)
    {
        uint recursive = options.IsRecursive ? (uint)Libc.AT_RECURSIVE : 0;
        SafeFileHandle tree = CloneTree(source, recursive);
        try
        {
            if (options.Mapping is not null)
            {
                using OtherUserNamespace mapped = OtherUserNamespace.Make(options.Mapping);
                MapOwners(tree, source, mapped.Handle, recursive);
            }

            if (options.Attributes != 0)
            {
                MountAttributes attributes = new() { Set = options.Attributes };
                byte empty = 0;
                if (Libc.mount_setattr(tree, &empty, Libc.AT_EMPTY_PATH | recursive, &attributes) < 0)
                {
                    LinuxError.Throw("set the options of the bind mount of", source);
                }
            }

            return tree;
        }
        catch
        {
            tree.Dispose();
            throw;
        }
    }

    private static SafeFileHandle CloneTree(string source, uint recursive)
    {
        long descriptor;
        fixed (byte* p = CString.Terminate(Encoding.UTF8.GetBytes(source), stackalloc byte[CString.StackSize]))
        {
            descriptor = Libc.open_tree(Libc.AT_FDCWD, p, Libc.OPEN_TREE_CLONE | Libc.OPEN_TREE_CLOEXEC | recursive);
        }

        if (descriptor < 0)
        {
            LinuxError.Throw("bind-mount", source);
        }

        return new SafeFileHandle((nint)descriptor, ownsHandle: true);
    }

    private static void Attach(SafeFileHandle mount, string target)
    {
        byte empty = 0;
        fixed (byte* p = CString.Terminate(Encoding.UTF8.GetBytes(target), stackalloc byte[CString.StackSize]))
        {
            if (Libc.move_mount(mount, &empty, Libc.AT_FDCWD, p, Libc.MOVE_MOUNT_F_EMPTY_PATH | Libc.MOVE_MOUNT_T_SYMLINKS) < 0)
            {
                LinuxError.Throw("mount on", target);
            }
        }
    }

    /// <summary>No fsopen (before 5.2), or an overlay that does not know <c>lowerdir+</c> (before 6.8).</summary>
    private static bool IsTooOld(LinuxException e, Mount mount) =>
        e.Errno == Errno.ENOSYS || (e.Errno == Errno.EINVAL && mount.Type == "overlay" && !OperatingSystem.IsOSPlatformVersionAtLeast("linux", 6, 8));

    private static void MountClassic(Mount mount, MountOptions options, string target)
    {
        string data = string.Join(',', options.FileSystem.Select(static o => o.Value is null ? o.Key : $"{o.Key}={o.Value}"));
        if (Encoding.UTF8.GetByteCount(data) >= PageSize)
        {
            throw new LayerStoreException(
                ErrorKind.PermissionDenied,
                $"the options of this {mount.Type} mount take more than the {PageSize} bytes that this kernel allows",
                "Use Linux 6.8 or later, a shorter path for the store, or an image with fewer layers.");
        }

        fixed (byte* source = CString.Terminate(Encoding.UTF8.GetBytes(mount.Source), stackalloc byte[CString.StackSize]))
        fixed (byte* place = CString.Terminate(Encoding.UTF8.GetBytes(target), stackalloc byte[CString.StackSize]))
        fixed (byte* type = CString.Terminate(Encoding.UTF8.GetBytes(mount.Type), stackalloc byte[CString.StackSize]))
        fixed (byte* text = CString.Terminate(Encoding.UTF8.GetBytes(data), stackalloc byte[CString.StackSize]))
        {
            if (Libc.mount(source, place, type, options.Flags, text) < 0)
            {
                LinuxError.Throw($"mount {mount.Type} on", target);
            }
        }
    }
}
