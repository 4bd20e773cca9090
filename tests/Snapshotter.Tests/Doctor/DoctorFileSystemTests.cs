using LayerStore;
using LayerStore.Transports;
using Snapshotter.Doctor;
using Snapshotter.Linux;
using Snapshotter.Tests.Linux;

namespace Snapshotter.Tests.Doctor;

/// <summary>What the doctor says of file systems that differ.</summary>
public sealed class DoctorFileSystemTests : IDisposable
{
    private readonly ScratchDirectory _scratch = new();

    public void Dispose() => _scratch.Dispose();

    [SkippableTheory]
    [InlineData("ext4", false, false)]
    [InlineData("xfs", true, false)]
    [InlineData("btrfs", true, true)]
    public void File_systems_of_disks_differ_in_reflinks_and_inodes(string type, bool hasReflinks, bool hasAnyNumberOfInodes)
    {
        Dictionary<string, Diagnosis> lines = Examine(_scratch.MountImage(type));
        Assert.Contains(type, lines["writable"].What, StringComparison.Ordinal);
        Assert.Equal(hasReflinks, lines["reflink"].IsHealthy);
        Assert.Equal(hasAnyNumberOfInodes, lines["inodes"].What.StartsWith("as many", StringComparison.Ordinal));
        Assert.All((string[])["overlay", "userxattr", "d_type", "xattrs", "idmapped mounts"], name => Assert.True(lines[name].IsHealthy, lines[name].What));

        // 320 MiB are less than an image may need.
        Assert.Equal((false, ErrorKind.ResourceExhausted), (lines["space"].IsHealthy, lines["space"].Failure));
    }

    [SkippableFact]
    public void Few_inodes_are_named()
    {
        RequireRoot();
        Dictionary<string, Diagnosis> lines = Examine(Mount("-t", "tmpfs", "-o", "nr_inodes=100,size=2g", "none"));
        Assert.Equal((false, true, ErrorKind.ResourceExhausted), (lines["inodes"].IsHealthy, lines["inodes"].IsRequired, lines["inodes"].Failure));
        Assert.True(lines["space"].IsHealthy);
        Assert.Contains("tmpfs", lines["writable"].What, StringComparison.Ordinal);
    }

    [SkippableFact]
    public void A_file_system_without_xattrs_cannot_hold_layers()
    {
        RequireRoot();
        Dictionary<string, Diagnosis> lines = Examine(Mount("-t", "ramfs", "none"));
        Assert.Equal((false, true), (lines["xattrs"].IsHealthy, lines["xattrs"].IsRequired));
        Assert.Equal("not counted", lines["space"].What);
    }

    [SkippableFact]
    public async Task A_store_of_layers_is_not_begun_where_their_marks_are_lost_and_one_of_whole_trees_is()
    {
        RequireRoot();
        string root = Path.Join(Mount("-t", "ramfs", "none"), "root");
        await using (Store overlay = await Store.OpenAsync(root))
        {
            LayerStoreException refused = Assert.Throws<LayerStoreException>(() => overlay.Snapshots);
            Assert.Equal(ErrorKind.Unimplemented, refused.Kind);
            Assert.Contains("trusted.overlay.opaque", refused.Message, StringComparison.Ordinal);
        }

        await using Store native = await Store.OpenAsync(root, new StoreOptions { Driver = StoreDriver.Native });
        await native.PullAsync(TransportReference.Parse(TestData.Source("busybox")));
        Assert.Empty((await native.CheckAsync(new() { ReadData = true })).Findings);
    }

    [SkippableFact]
    public void A_file_system_that_is_read_only_is_named_with_the_command_that_changes_it()
    {
        RequireRoot();
        string target = Mount("-t", "tmpfs", "-o", "ro,size=2g", "none");
        Diagnosis line = Examine(target)["writable"];
        Assert.Equal((false, $"mount -o remount,rw {target}"), (line.IsHealthy, line.Remedy));
        ProcessRunner.Script(line.Remedy!);
        Assert.True(Examine(target)["writable"].IsHealthy);
    }

    [SkippableFact]
    public void Overlay_on_overlay_is_tried_and_refused_by_the_kernel()
    {
        RequireRoot();
        string lower = _scratch.Make("lower");
        string stack = Mount("-t", "overlay", "-o", $"lowerdir={lower},upperdir={_scratch.Make("upper")},workdir={_scratch.Make("work")}", "none");
        Diagnosis line = Examine(stack)["overlay"];
        Assert.Equal((false, true), (line.IsHealthy, line.IsRequired));
        Assert.Contains("overlay", Examine(stack)["writable"].What, StringComparison.Ordinal);
    }

    private static Dictionary<string, Diagnosis> Examine(string place)
    {
        Dictionary<string, Diagnosis> lines = StoreDoctor.Examine(Path.Join(place, "root")).ToDictionary(line => line.Name);
        Assert.DoesNotContain(Directory.EnumerateFileSystemEntries(place), path => path.Contains("layerstore", StringComparison.Ordinal));
        return lines;
    }

    private static void RequireRoot() => Skip.IfNot(Privileges.CanMount() && UserNamespace.Current.IsInitial, "needs root, to mount");

    private string Mount(params string[] arguments)
    {
        string target = _scratch.Make("place");
        ScratchDirectory.Run("mount", [.. arguments, target]);
        return target;
    }
}
