using LayerStore.Images;
using LayerStore.Transports;
using Snapshotter.Layers.Commit;
using Snapshotter.Layers.Mounts;
using Snapshotter.Layers.Pull;

namespace Snapshotter.Tests;

public sealed class StoreTests : IDisposable
{
    private readonly TempDirectory _temp = new();

    public void Dispose() => _temp.Dispose();

    public static TheoryData<StoreDriver, string> Cases()
    {
        TheoryData<StoreDriver, string> cases = [];
        foreach (string tag in TestData.Tags)
        {
            cases.Add(StoreDriver.Overlay, tag);
            cases.Add(StoreDriver.Erofs, tag);
            cases.Add(StoreDriver.Native, tag);
        }

        return cases;
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public async Task A_real_image_is_shown_as_its_maker_meant_it_and_nothing_stays_when_it_is_removed(StoreDriver driver, string tag)
    {
        await using Store store = await Store.OpenAsync(_temp["root"], new StoreOptions { Driver = driver });
        Image image = await store.PullAsync(TransportReference.Parse(TestData.Source(tag)));
        await store.UnpackAsync(image.Name, _temp["plain"]);
        MountResult mount = await store.MountAsync(image.Name, _temp["mounted"], readOnly: true);
        Assert.Equal(TestData.ExpectedTree(tag), TestData.Tree(_temp["plain"]));
        Assert.Equal(TestData.ExpectedTree(tag), TestData.Tree(_temp["mounted"]));

        await store.UnmountAsync(mount.Key);
        await store.RemoveImageAsync(image.Name);
        Assert.Empty(await store.Content.ListAsync().ToListAsync());
        Assert.Empty(await store.Snapshots.ListAsync().ToListAsync());
        Assert.DoesNotContain(Directory.EnumerateDirectories(_temp["root/t"]), path => Path.GetFileName(path) != "0");
    }

    [SkippableFact]
    public async Task A_store_in_which_nothing_was_unpacked_is_read_when_it_is_read_only()
    {
        Tools.RequireRoot();
        string disk = _temp.CreateDirectory("disk");
        ProcessRunner.Run("mount", "-t", "tmpfs", "none", disk);
        await using (Store store = await Store.OpenAsync(disk))
        {
            await store.PullAsync(TransportReference.Parse(TestData.Source("layers")), new PullOptions { Unpack = false });
        }

        ProcessRunner.Run("mount", "-o", "remount,ro", disk);
        await using Store readOnly = await Store.OpenAsync(disk);
        Assert.Single(await readOnly.ListImagesAsync());
        Assert.Empty(await readOnly.Snapshots.ListAsync().ToListAsync());
        Assert.Empty((await readOnly.CheckAsync()).Findings);
    }

    [Theory]
    [InlineData(StoreDriver.Overlay, true)]
    [InlineData(StoreDriver.Overlay, false)]
    [InlineData(StoreDriver.Erofs, true)]
    [InlineData(StoreDriver.Erofs, false)]
    [InlineData(StoreDriver.Native, true)]
    [InlineData(StoreDriver.Native, false)]
    public async Task A_committed_image_is_what_was_mounted(StoreDriver driver, bool mounted)
    {
        await using Store store = await Store.OpenAsync(_temp["root"], new StoreOptions { Driver = driver });
        Image image = await store.PullAsync(TransportReference.Parse(TestData.Source("layers")));
        await store.MountAsync(image.Name, _temp["m"], key: "k");
        ProcessRunner.Run("sh", "-ec", """
            cd "$1"; echo new > new; mkdir -p d/e; ln new d/hard; ln -s ../new d/soft; rm -rf opt; mkdir opt; touch -d @1.123456789 opt/again
            chmod 6755 bin/busybox; rm bin/ash; mkfifo fifo; setfattr -n user.x -v y new; mv etc/os-release etc/moved || true; chmod 700 .
            """, "sh", _temp["m"]);
        string expected = TestData.Tree(_temp["m"]);
        if (!mounted)
        {
            await store.UnmountAsync("k");
        }

        CommitResult result = await store.CommitAsync("k", "changed", new CommitOptions { Message = "changed" });
        if (!mounted)
        {
            await store.MountAsync(image.Name, _temp["m"], key: "k");
        }

        Assert.Equal(expected, TestData.Tree(_temp["m"]));
        await store.MountAsync(result.Image.Name, _temp["again"], readOnly: true);
        Assert.Equal(expected, TestData.Tree(_temp["again"]));
        await store.UnpackAsync(result.Image.Name, _temp["plain"]);
        Assert.Equal(expected, TestData.Tree(_temp["plain"]));

        CommitResult second = await store.CommitAsync("k", "again");
        Assert.Equal(driver != StoreDriver.Native && !mounted, second.Layer is null);
        await store.UnpackAsync(second.Image.Name, _temp["plain2"]);
        Assert.Equal(expected, TestData.Tree(_temp["plain2"]));
        await store.PushAsync("changed", TransportReference.Parse($"oci:{_temp["out"]}:changed"));
        ProcessRunner.Run("skopeo", "inspect", $"oci:{_temp["out"]}:changed");
    }
}
