using LayerStore;
using LayerStore.Transports;
using Snapshotter.Doctor;
using Snapshotter.Linux;

namespace Snapshotter.Tests.Doctor;

public sealed class StoreDoctorTests : IDisposable
{
    private static readonly string[] s_lines =
    [
        "overlay", "userxattr", "fsconfig", "openat2", "erofs from a file", "idmapped mounts",
        "writable", "d_type", "xattrs", "reflink", "space", "inodes",
        "root", "mounting", "owners", "leftover mounts", "runtime",
    ];

    private readonly TempDirectory _temp = new();

    public void Dispose() => _temp.Dispose();

    [SkippableFact]
    public void Everything_is_tried_and_nothing_is_left()
    {
        Skip.IfNot(Privileges.CanMount() && UserNamespace.Current.IsInitial, "needs root, to mount");
        List<Diagnosis> lines = [.. StoreDoctor.Examine(_temp["not/there"])];
        Assert.Equal(s_lines, lines.Select(line => line.Name));
        Assert.All(lines, line => Assert.Equal(line.IsHealthy, line.Remedy is null));
        Assert.All(lines.Where(line => line.IsRequired), line => Assert.True(line.IsHealthy, $"{line.Name}: {line.What}"));
        AssertNothingLeft();
    }

    [SkippableFact]
    public void What_is_required_depends_on_the_driver()
    {
        Skip.IfNot(Privileges.CanMount(), "needs root, to mount");
        Assert.True(Line("overlay", new() { Driver = StoreDriver.Overlay }).IsRequired);
        Assert.False(Line("overlay", new() { Driver = StoreDriver.Native }).IsRequired);
    }

    [SkippableFact]
    public async Task A_store_that_is_there_says_its_driver_itself()
    {
        await (await Store.OpenAsync(_temp["root"], new StoreOptions { Driver = StoreDriver.Native })).DisposeAsync();

        Assert.False(Line("overlay", new() { Driver = StoreDriver.Overlay }).IsRequired);
        Assert.Contains("a store on", Line("writable").What, StringComparison.Ordinal);
        Assert.DoesNotContain(Directory.EnumerateFileSystemEntries(_temp["root"]), path => path.Contains("doctor", StringComparison.Ordinal));
    }

    [Fact]
    public void What_a_killed_doctor_left_goes_and_what_a_living_one_has_stays()
    {
        string left = _temp.CreateDirectory(".layerstore-doctor-killed");
        _temp.WriteFile(".layerstore-doctor-killed/file", "");
        string foreign = _temp.CreateDirectory("layerstore-doctor-not-ours");
        using (Scratch living = Scratch.Make(_temp.FullPath))
        {
            Assert.False(Directory.Exists(left));
            using Scratch second = Scratch.Make(_temp.FullPath);
            Assert.True(Directory.Exists(living.FullPath));
            Assert.NotEqual(living.FullPath, second.FullPath);
        }

        Assert.Equal([foreign], Directory.EnumerateFileSystemEntries(_temp.FullPath));
    }

    [Fact]
    public void A_root_that_is_a_file_is_a_line()
    {
        Diagnosis line = StoreDoctor.Examine(_temp.WriteFile("root", "")).Single(line => line.Name == "writable");
        Assert.Equal((false, true), (line.IsHealthy, line.IsRequired));
    }

    [Fact]
    public void A_damaged_database_is_a_line()
    {
        Directory.CreateDirectory(_temp["root"]);
        _temp.WriteFile("root/layerstore.json", """{"format":1,"xattrs":"trusted"}""");
        _temp.WriteFile("root/snapshots.db", new string('x', 5000));
        Assert.False(Line("leftover mounts").IsHealthy);
    }

    [Fact]
    public void A_store_of_the_other_kind_of_user_is_a_line()
    {
        Directory.CreateDirectory(_temp["root"]);
        string other = Patient.UsesUserXattrs ? "trusted" : "user";
        _temp.WriteFile("root/layerstore.json", $$"""{"format":1,"xattrs":"{{other}}"}""");
        Diagnosis line = Line("the store's user");
        Assert.Equal((false, true, ErrorKind.PermissionDenied), (line.IsHealthy, line.IsRequired, line.Failure));
    }

    [Theory]
    [InlineData(null, "none of runc, crun, youki is installed")]
    [InlineData("#!/bin/sh\necho 'runc version 9'", "runc version 9")]
    [InlineData("#!/bin/sh\nexit 1", "--version fails")]
    [InlineData("no program", "cannot be started")]
    public void A_runtime_is_looked_for_and_asked(string? program, string what)
    {
        string directory = _temp.CreateDirectory("bin");
        if (program is not null)
        {
            _temp.WriteProgram("bin/runc", program + "\n");
        }

        Diagnosis line = Line("runtime", new() { SearchPath = directory });
        Assert.Equal(what == "runc version 9", line.IsHealthy);
        Assert.Contains(what, line.What, StringComparison.Ordinal);
        Assert.False(line.IsRequired);
    }

    /// <summary>What is done to a mounted snapshot, and what the line then says; its remedy is carried out as it stands.</summary>
    [SkippableTheory]
    [InlineData(StoreDriver.Overlay, "umount \"$2\"", "is not mounted on")]
    [InlineData(StoreDriver.Overlay, "umount \"$2\"; mount -t tmpfs none \"$2\"", "something else than")]
    [InlineData(StoreDriver.Native, "umount \"$2\"; mount -t tmpfs none \"$2\"", "something else than")]
    [InlineData(StoreDriver.Overlay, "rm -rf \"$1\"", "shows t/")]
    [InlineData(StoreDriver.Native, "rm -rf \"$1\"", "shows t/")]
    public async Task A_leftover_mount_is_named_with_what_ends_it(StoreDriver driver, string harm, string what)
    {
        Skip.IfNot(Privileges.CanMount() && UserNamespace.Current.IsInitial, "needs root, to mount");
        await using (Store store = await Store.OpenAsync(_temp["root"], new StoreOptions { Driver = driver }))
        {
            await store.PullAsync(TransportReference.Parse(TestData.Source("busybox")), new() { Name = "docker.io/library/a:latest" });
            await store.MountAsync("a", _temp["m"], key: "k");
        }

        Assert.Equal("none; 1 in use", Line("leftover mounts").What);
        ProcessRunner.Script(harm, _temp["root"], _temp["m"]);
        Diagnosis line = Line("leftover mounts");
        Assert.Contains(what, line.What, StringComparison.Ordinal);
        if (line.Remedy!.StartsWith("umount ", StringComparison.Ordinal))
        {
            ProcessRunner.Script(line.Remedy);
        }
        else
        {
            Assert.Equal($"layerstore --root {_temp["root"]} check --repair", line.Remedy);
            await using Store store = await Store.OpenAsync(_temp["root"]);
            Assert.True((await store.CheckAsync(new() { Repair = true })).IsSound);
        }

        Assert.DoesNotContain(what, Line("leftover mounts").What, StringComparison.Ordinal);
    }

    private Diagnosis Line(string name, DoctorOptions? options = null) => StoreDoctor.Examine(_temp["root"], options).Single(line => line.Name == name);

    private void AssertNothingLeft()
    {
        Assert.Empty(Directory.EnumerateFileSystemEntries(_temp.FullPath));
        Assert.DoesNotContain(
            Snapshotter.Linux.MountTable.Read(), mount => mount.Target.StartsWith(_temp.FullPath, StringComparison.Ordinal) || mount.Source.StartsWith(_temp.FullPath, StringComparison.Ordinal));
    }
}
