using LayerStore;
using Snapshotter.Linux;
using Snapshotter.Snapshots;
using MountTable = Snapshotter.Linux.MountTable;

namespace Snapshotter.Tests.Linux;

public sealed class MounterTests : IDisposable
{
    private readonly ScratchDirectory _scratch = new();

    public MounterTests() => Skip.IfNot(Privileges.CanMount(), "needs root, to mount");

    public void Dispose() => _scratch.Dispose();

    [SkippableTheory]
    [InlineData(2)]
    [InlineData(128)]
    [InlineData(500)]
    public void Overlay_takes_many_lowers_with_long_paths(int count)
    {
        List<string> lowers = MakeLowers(count);
        using RootDirectory view = Mounter.MountDetached(new Mount("overlay", "overlay", [$"lowerdir={string.Join(':', lowers)}"]));
        using DirectoryHandle directory = view.OpenSelf();

        Assert.Equal(count, directory.List().Count);
        Assert.Equal(ErrorKind.PermissionDenied, Assert.Throws<LinuxException>(() => directory.CreateFile(ByteString.FromText("new"), 0x180)).Kind);
        Assert.DoesNotContain(MountTable.Read(), m => m.SuperOptions.Contains(_scratch.Path, StringComparison.Ordinal));
    }

    [SkippableFact]
    public void More_lowers_than_the_kernel_takes_are_refused_with_its_own_words()
    {
        List<string> lowers = MakeLowers(501);
        LinuxException e = Assert.Throws<LinuxException>(() => Mounter.MountDetached(new Mount("overlay", "overlay", [$"lowerdir={string.Join(':', lowers)}"])));
        Assert.Contains("500", e.Message, StringComparison.Ordinal);
    }

    [SkippableFact]
    public void A_writable_overlay_is_mounted_and_unmounted()
    {
        string lower = _scratch.Make(@"low:er\dir, with comma");
        File.WriteAllText(Path.Join(lower, "below"), "x");
        string upper = _scratch.Make("up:per");
        string target = _scratch.Make("target here");
        string Escape(string path) => path.Replace(@"\", @"\\", StringComparison.Ordinal).Replace(":", @"\:", StringComparison.Ordinal);
        Mounter.Mount(
            new Mount("overlay", "overlay", [$"lowerdir={Escape(lower)}", $"upperdir={Escape(upper)}", $"workdir={_scratch.Make("work")}", "index=off", "nosuid"]),
            target);

        File.WriteAllText(Path.Join(target, "new"), "y");
        Assert.Equal("y", File.ReadAllText(Path.Join(upper, "new")));
        Assert.Equal("x", File.ReadAllText(Path.Join(target, "below")));
        MountEntry entry = Assert.Single(MountTable.Read(), m => m.Target == target);
        Assert.Equal("overlay", entry.FileSystemType);
        Assert.Contains("nosuid", entry.MountOptions.Split(','));
        Assert.Contains(MountTable.ReadAllNamespaces(), m => m.Target == target);
        Mounter.Unmount(target);
        Assert.DoesNotContain(MountTable.Read(), m => m.Target == target);
    }

    [SkippableFact]
    public void Unmounting_what_is_in_use_says_so_and_lazily_works()
    {
        string target = _scratch.Make("target");
        Mounter.Mount(new Mount("bind", _scratch.Make("source"), ["bind"]), target);
        using (File.Create(Path.Join(target, "open")))
        {
            LinuxException e = Assert.Throws<LinuxException>(() => Mounter.Unmount(target, lazy: false, wait: _ => { }));
            Assert.Equal(ErrorKind.FailedPrecondition, e.Kind);
            Assert.NotNull(e.Hint);
            Mounter.Unmount(target, lazy: true);
        }

        Assert.Equal(ErrorKind.NotFound, Assert.Throws<LinuxException>(() => Mounter.Unmount(target)).Kind);
    }

    [SkippableFact]
    public void A_use_that_ends_is_waited_for()
    {
        string target = _scratch.Make("target");
        Mounter.Mount(new Mount("bind", _scratch.Make("source"), ["bind"]), target);
        FileStream open = File.Create(Path.Join(target, "open"));
        List<int> waits = [];

        Mounter.Unmount(target, lazy: false, wait: milliseconds =>
        {
            waits.Add(milliseconds);
            open.Dispose();
        });

        Assert.DoesNotContain(MountTable.Read(), m => m.Target == target);
        Assert.NotEmpty(waits);
    }

    [SkippableFact]
    public void A_bind_mount_can_be_read_only_while_its_source_is_not()
    {
        string source = _scratch.Make("source");
        string target = _scratch.Make("target");
        Mounter.Mount(new Mount("bind", source, ["rbind", "ro"]), target);

        Assert.Throws<IOException>(() => File.WriteAllText(Path.Join(target, "new"), ""));
        File.WriteAllText(Path.Join(source, "new"), "");
        Assert.True(File.Exists(Path.Join(target, "new")));
    }

    [SkippableFact]
    public void A_tree_with_a_mount_in_it_is_not_removed_through_the_mount()
    {
        string source = _scratch.Make("source");
        File.WriteAllText(Path.Join(source, "kept"), "x");
        string target = _scratch.Make("tree/target");
        Mounter.Mount(new Mount("bind", source, ["bind"]), target);
        using RootDirectory root = RootDirectory.Open(_scratch.Path);
        using DirectoryHandle directory = root.OpenSelf();

        Assert.Equal(ErrorKind.FailedPrecondition, Assert.Throws<LinuxException>(() => directory.RemoveTree(ByteString.FromText("tree"))).Kind);
        Assert.True(File.Exists(Path.Join(source, "kept")));
    }

    [SkippableFact]
    public void An_unknown_option_is_refused_with_the_kernels_own_words()
    {
        LinuxException e = Assert.Throws<LinuxException>(() => Mounter.MountDetached(new Mount("overlay", "overlay", ["no-such-option=1"])));
        Assert.Contains("no-such-option", e.Message, StringComparison.Ordinal);
    }

    [SkippableFact]
    public void An_unknown_file_system_is_a_missing_kernel_feature() =>
        Assert.Equal(
            ErrorKind.PermissionDenied,
            Assert.Throws<LinuxException>(() => Mounter.Mount(new Mount("no-such-fs", "none", []), _scratch.Path)).Kind);

    private List<string> MakeLowers(int count)
    {
        List<string> lowers = [];
        string parent = _scratch.Make(new string('p', 250));
        for (int i = 0; i < count; i++)
        {
            lowers.Add(Path.Join(parent, $"{i}"));
            Directory.CreateDirectory(lowers[i]);
            File.WriteAllText(Path.Join(lowers[i], $"file{i}"), "x");
        }

        return lowers;
    }
}
