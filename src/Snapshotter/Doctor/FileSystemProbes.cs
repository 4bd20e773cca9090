using LayerStore;
using Snapshotter.Linux;

namespace Snapshotter.Doctor;

/// <summary>Tries what the store's file system can do, and looks at what it has left.</summary>
internal sealed class FileSystemProbes(Patient patient)
{
    // Less than this, and the next image of ordinary size may not fit: a distribution's has some ten thousand files.
    private const long FewBytes = 1L << 30;
    private const long FewInodes = 50_000;

    private const uint PrivateFile = 0b110_000_000; // rw-------

    private readonly string _elsewhere = $"choose a store on ext4, xfs or btrfs: --root DIR";

    /// <summary>The probes.</summary>
    public IEnumerable<Probe> All()
    {
        yield return Make("writable", true, Writable, patient.AskForRoot);
        yield return Make("d_type", patient.IsOverlay, DirectoryTypes, _elsewhere);
        yield return Make("xattrs", true, Xattrs, _elsewhere);
        yield return Make("reflink", false, Reflink, "make the file system again (mkfs.xfs -m reflink=1 DEVICE, or mkfs.btrfs DEVICE): copies then take neither time nor space");
        yield return Make("space", true, Space, _elsewhere);
        yield return Make("inodes", true, Inodes, _elsewhere);
    }

    private static Probe Make(string name, bool isRequired, Func<string> look, string remedy) => new(DoctorArea.FileSystem, name, isRequired, look, remedy);

    private string Writable()
    {
        _ = patient.Scratch;
        string type = FileSystemProbe.TypeName(patient.Place);
        return patient.HasStore ? $"a store on {type} in {Printable.Text(patient.Root)}"
            : patient.Place == patient.Root ? $"no store yet; {Printable.Text(patient.Root)} is on {type}"
            : $"no store yet; it would be made below {Printable.Text(patient.Place)}, on {type}";
    }

    private string DirectoryTypes()
    {
        using RootDirectory root = RootDirectory.Open(patient.Scratch.MakeDirectory("d_type"));
        using DirectoryHandle self = root.OpenSelf();
        self.CreateFile(ByteString.FromText("file"), PrivateFile).Dispose();
        return self.List().Single().Type is FileType.RegularFile
            ? "directories say what their entries are"
            : throw Probe.Fault("directories do not say what their entries are, which overlayfs needs", $"{_elsewhere} (an xfs made with ftype=0 has to be made again)");
    }

    /// <summary>Overlay's own attributes and those that images have. What a user namespace does not allow is not asked for in one.</summary>
    private string Xattrs()
    {
        List<ByteString> wanted = [patient.Xattrs.Opaque, ByteString.FromText("user.layerstore")];
        if (!Patient.UsesUserXattrs)
        {
            wanted.Add(ByteString.FromText("trusted.layerstore"));
        }

        string directory = patient.Scratch.MakeDirectory("xattrs");
        if (!Patient.UsesUserXattrs && !Privileges.CanMount())
        {
            throw Probe.Fault("not known: trusted.* xattrs are not allowed to this process", patient.AskForRoot);
        }

        ByteString[] missing = [.. wanted.Where(name => !FileSystemProbe.SupportsXattr(directory, name))];
        return missing.Length == 0
            ? $"kept: {string.Join(", ", wanted.Select(Space).Distinct())}"
            : throw Probe.Fault($"the file system does not keep xattrs such as {missing[0]}: layers need them", _elsewhere);

        static string Space(ByteString name) => name.ToString().Split('.')[0] + ".*";
    }

    private string Reflink() => FileSystemProbe.SupportsReflink(patient.Scratch.MakeDirectory("reflink"))
        ? "copies share their bytes"
        : throw Probe.Fault("files cannot share bytes: copies take time and space", "make the file system again: mkfs.xfs -m reflink=1 DEVICE, or mkfs.btrfs DEVICE");

    private string Space() => FileSystemProbe.FreeBytes(patient.Place) switch
    {
        long.MaxValue => "not counted",
        >= FewBytes and var free => $"{Mebibytes(free)} free",
        var free => throw Probe.Fault($"only {Mebibytes(free)} free, less than {Mebibytes(FewBytes)}", FreeSome, ErrorKind.ResourceExhausted),
    };

    private string Inodes() => FileSystemProbe.FreeInodes(patient.Place) switch
    {
        null => "as many as there is space for",
        >= FewInodes and var free => $"{free} free",
        var free => throw Probe.Fault($"only {free} free, less than {FewInodes}", FreeSome, ErrorKind.ResourceExhausted),
    };

    private string FreeSome => patient.HasStore ? "layerstore rmi NAME, or layerstore gc" : _elsewhere;

    private static string Mebibytes(long bytes) => bytes >= 10L << 30 ? $"{bytes >> 30} GiB" : $"{bytes >> 20} MiB";
}
