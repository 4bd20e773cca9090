using LayerStore;
using Snapshotter.Layers.Commit;
using Snapshotter.Layers.Unpack;
using Snapshotter.Linux;
using Snapshotter.Snapshots;
using Snapshotter.Tests.Contracts;

namespace Snapshotter.Tests.Layers;

/// <summary>
/// Uppers that somebody mounted with overlay's <c>volatile</c> option, which syncs nothing: the kernel does not mount such an upper again (kernel,
/// Documentation/filesystems/overlayfs.rst, "Volatile mount").
/// </summary>
public sealed class VolatileUpperTests : IDisposable
{
    private readonly TempDirectory _temp = new();

    public void Dispose() => _temp.Dispose();

    [SkippableFact]
    public async Task A_volatile_upper_is_refused_by_a_mount_and_committed_whole_whereupon_its_snapshot_is_usable()
    {
        Tools.RequireRoot();
        Tools.RequireFileSystem("overlay");
        await using Store store = await Store.OpenAsync(_temp["store"], new StoreOptions { Sync = false });
        Mount mount = (await store.Snapshots.PrepareAsync("key", parent: null)).Single();
        using (MountedSnapshot mounted = new([mount with { Options = [.. mount.Options, "volatile"] }], _temp["mount"]))
        {
            Shell.Run(mounted.Path, "mkdir d; echo text > d/file");
        }

        Assert.ThrowsAny<LayerStoreException>(() => Mounter.Mount(mount, _temp.CreateDirectory("again")));

        await store.CommitAsync("key", "image", new CommitOptions());
        await store.UnpackAsync("image", _temp["plain"], new UnpackOptions { Sync = false });
        Assert.Equal("text\n", File.ReadAllText(_temp["plain/d/file"]));
        using MountedSnapshot goesOn = new(await store.Snapshots.MountsAsync("key"), _temp["mount"]);
        Assert.Equal("text\n", File.ReadAllText(goesOn["d/file"]));
    }
}
