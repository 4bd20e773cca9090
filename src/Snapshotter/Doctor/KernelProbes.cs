using LayerStore;
using Microsoft.Win32.SafeHandles;
using Snapshotter.Linux;
using Snapshotter.Snapshots;
using Snapshotter.Snapshots.Overlay;

namespace Snapshotter.Doctor;

/// <summary>Tries what the kernel can do, by doing it. Nothing is mounted where others see it: only descriptors lead there.</summary>
internal sealed class KernelProbes(Patient patient)
{
    private const uint PrivateFile = 0b110_000_000; // rw-------
    private static readonly ByteString s_file = ByteString.FromText("file");
    private static readonly ByteString s_made = ByteString.FromText("made");

    /// <summary>The probes.</summary>
    public IEnumerable<Probe> All()
    {
        string needsOverlay = $"modprobe overlay; if that is not enough, a store elsewhere (--root DIR on ext4, xfs or btrfs) or without overlay: --driver native";
        yield return Make("overlay", patient.IsOverlay, Overlay, needsOverlay);
        yield return Make("userxattr", patient.IsOverlay && Patient.UsesUserXattrs, UserXattrs, "install Linux 5.11 or later: stores in user namespaces need it");
        yield return Make("fsconfig", false, FsConfig, "install Linux 6.8 or later: with older ones, images of many layers cannot be mounted");
        yield return Make("openat2", true, OpenAt2, "install Linux 5.6 or later, or allow openat2 in the container's seccomp profile");
        yield return Make("erofs from a file", patient.HasImages, Erofs, "modprobe erofs, or install Linux 6.12 or later with CONFIG_EROFS_FS_BACKED_BY_FILE");
        yield return Make("idmapped mounts", false, IdMapped, "install Linux 5.12 or later, and keep the store on ext4, xfs, btrfs or tmpfs");
    }

    private Probe Make(string name, bool isRequired, Func<string> look, string remedy) => new(
        DoctorArea.Kernel,
        name,
        isRequired,
        () =>
        {
            try
            {
                return look();
            }
            catch (LinuxException e) when (e.Errno is Errno.EPERM or Errno.EACCES && !(Privileges.CanMount() && UserNamespace.Current.IsInitial))
            {
                throw Probe.Fault($"not allowed to this process{(UserNamespace.Current.IsInitial ? "" : " in its user namespace")}, so not known: {e.Message}", patient.AskForRoot);
            }
        },
        remedy);

    /// <summary>A writable stack: what is below shows, what is written goes to the upper, what is removed leaves a whiteout there.</summary>
    private string Overlay()
    {
        string lower = patient.KernelScratch.MakeDirectory("overlay/lower");
        string upper = patient.KernelScratch.MakeDirectory("overlay/upper");
        File.WriteAllText(Path.Join(lower, s_file.ToString()), "");
        Mount mount = OverlayMount.Create([lower], upper, patient.KernelScratch.MakeDirectory("overlay/work"), Patient.UsesUserXattrs);
        using (RootDirectory root = Mounter.MountDetached(mount))
        using (DirectoryHandle merged = root.OpenSelf())
        {
            merged.Unlink(s_file);
            using SafeFileHandle made = merged.CreateFile(s_made, PrivateFile);
        }

        using RootDirectory written = RootDirectory.Open(upper);
        return written.TryStat(s_file) is { IsWhiteout: true } && written.TryStat(s_made) is { Type: FileType.RegularFile }
            ? $"mounted, written to and deleted from on {FileSystemProbe.TypeName(patient.Place)}"
            : throw Probe.Fault("what is written to a mount does not go to its upper directory", $"choose another file system: --root DIR");
    }

    /// <summary>A stack with its marks in <c>user.*</c>: a directory that is marked hides what is below.</summary>
    private string UserXattrs()
    {
        string top = patient.KernelScratch.MakeDirectory("userxattr/top");
        string bottom = patient.KernelScratch.MakeDirectory("userxattr/bottom");
        File.WriteAllText(Path.Join(patient.KernelScratch.MakeDirectory("userxattr/bottom/dir"), s_file.ToString()), "");
        patient.KernelScratch.MakeDirectory("userxattr/top/dir");
        ByteString directory = ByteString.FromText("dir");
        using (RootDirectory layer = RootDirectory.Open(top))
        using (DirectoryHandle self = layer.OpenSelf())
        {
            self.SetXattr(directory, new OverlayXattrs("user").Opaque, ByteString.FromText("y"));
        }

        using RootDirectory root = Mounter.MountDetached(OverlayMount.Create([top, bottom], null, null, userXattrs: true));
        return root.TryStat(ByteString.FromText("dir/file")) is null
            ? "marks in user.* xattrs are honoured"
            : throw Probe.Fault("overlay ignores its marks in user.* xattrs", "install Linux 5.11 or later");
    }

    private string FsConfig()
    {
        using (FileSystemContext tmpfs = FileSystemContext.Open("tmpfs"))
        {
            tmpfs.SetString("size", "64k");
            tmpfs.Mount(0).Dispose();
        }

        using FileSystemContext overlay = FileSystemContext.Open("overlay");
        foreach (string lower in (string[])["fsconfig/a", "fsconfig/b"])
        {
            overlay.SetDirectory("lowerdir+", patient.KernelScratch.MakeDirectory(lower));
        }

        if (Patient.UsesUserXattrs)
        {
            overlay.SetFlag("userxattr");
        }

        overlay.Mount(0).Dispose();
        return "mounts are made one option at a time (fsopen, lowerdir+)";
    }

    private string OpenAt2()
    {
        string inside = patient.KernelScratch.MakeDirectory("openat2");
        File.CreateSymbolicLink(Path.Join(inside, "link"), "/../..");
        using RootDirectory root = RootDirectory.Open(inside);
        using DirectoryHandle self = root.OpenSelf();
        using DirectoryHandle? followed = root.TryOpenDirectory(ByteString.FromText("link"));
        return followed is not null && followed.Stat() is var status && (status.Device, status.Inode) == (self.Stat().Device, self.Stat().Inode)
            ? "links in an image stay inside of it"
            : throw Probe.Fault("a link leads out of the directory that it is resolved in", "install Linux 5.6 or later");
    }

    private string Erofs()
    {
        string image = Path.Join(patient.KernelScratch.MakeDirectory("erofs"), "image");
        File.WriteAllBytes(image, ErofsImage.Make());
        using RootDirectory root = Mounter.MountDetached(new Mount("erofs", image, ["ro"]));
        using DirectoryHandle self = root.OpenSelf();
        return self.List().Count == 0
            ? "an image file is mounted without a loop device"
            : throw Probe.Fault("an empty image shows files", "install another kernel");
    }

    private string IdMapped()
    {
        const uint First = 100_000;
        string directory = patient.KernelScratch.MakeDirectory("idmapped");
        FileStatus before = StatusOf(RootDirectory.Open(directory));
        using OtherUserNamespace mapped = MakeNamespace(new IdRange(before.UserId, First, Count: 1));
        return StatusOf(Mounter.MountMapped(directory, mapped.Handle)).UserId == First
            ? "a mount shows files with other owners"
            : throw Probe.Fault("a mapped mount shows the owners as they are", "install Linux 5.12 or later");
    }

    private static OtherUserNamespace MakeNamespace(IdRange range)
    {
        try
        {
            return OtherUserNamespace.Make(IdMapping.Of(range));
        }
        catch (LayerStoreException e)
        {
            throw Probe.Fault($"not tried: {e.Message}", e.Hint!);
        }
    }

    private static FileStatus StatusOf(RootDirectory directory)
    {
        using (directory)
        using (DirectoryHandle self = directory.OpenSelf())
        {
            return self.Stat();
        }
    }
}
