using LayerStore.Transports;
using Snapshotter;
using Snapshotter.Layers;

namespace Interop.Tests.Runtime;

/// <summary>runc starts our bundles, and what a container changes becomes exactly the new layer.</summary>
public sealed class BundleTests : IDisposable
{
    private const string Changes =
        """
        echo hello > /etc/motd; rm /bin/ash; mkdir /srv/new; echo one > /srv/new/one; ln /srv/new/one /srv/new/two
        chmod 4750 /bin/bzdiff; chown 12:34 /opt/app/conf/two; rm -r /opt/data; mv /opt/app/fifo /opt/app/renamed
        echo gone > /tmp/gone; rm /tmp/gone; echo not in the image > /dev/shm/file
        """;

    private static readonly string[] s_changed =
    [
        "Modified bin", "Deleted bin/ash", "Modified bin/bzdiff",
        "Modified etc", "Added etc/motd",
        "Modified opt", "Modified opt/app", "Modified opt/app/conf/two", "Deleted opt/app/fifo", "Added opt/app/renamed", "Deleted opt/data",
        "Modified srv", "Added srv/new", "Added srv/new/one", "Added srv/new/two",
        "Modified tmp",
    ];

    private readonly TempDirectory _temp = new();

    /// <summary>How the snapshot is when it is committed.</summary>
    public enum State
    {
        /// <summary>The container still runs.</summary>
        Running,

        /// <summary>The container has ended, the bundle is mounted.</summary>
        Stopped,

        /// <summary>The bundle is unmounted.</summary>
        Unmounted,
    }

    public void Dispose() => _temp.Dispose();

    [SkippableTheory]
    [InlineData("busybox")]
    [InlineData("layers")]
    [InlineData("zstd")]
    public async Task Runc_runs_a_bundle_as_it_is(string tag)
    {
        Tools.RequireRoot();
        Tools.Require("runc");
        await using Store store = await OpenAsync(tag);
        var key = await store.BundleAsync("base", _temp["bundle"]);
        using var container = new RuncContainer(_temp["bundle"], _temp["runc"]);

        // The image's command is a shell, which finds nothing to read and ends.
        container.Run();

        Assert.Empty(await store.SummarizeAsync(key));
        await store.UnmountAsync(key, remove: true);
        Assert.Empty(MountTable.Under(_temp["bundle"]));
    }

    [SkippableTheory]
    [InlineData(State.Running, StoreDriver.Overlay)]
    [InlineData(State.Stopped, StoreDriver.Overlay)]
    [InlineData(State.Unmounted, StoreDriver.Overlay)]
    [InlineData(State.Stopped, StoreDriver.Native)]
    public async Task What_a_container_changes_is_what_the_new_image_has(State state, StoreDriver driver)
    {
        Tools.RequireRoot();
        Tools.Require("runc");
        await using Store store = await OpenAsync("layers", driver);
        var key = await store.BundleAsync("base", _temp["bundle"], "container");
        Assert.Equal("container", key);
        using var container = new RuncContainer(_temp["bundle"], _temp["runc"]);
        if (state == State.Running)
        {
            container.Start(Changes + "\nmkdir /run/ready; exec sleep 1000", _temp["bundle/rootfs/run/ready"]);
            Assert.Equal("running", container.Status);
        }
        else
        {
            container.Run(Changes);
        }

        string[] expected = state == State.Running ? [.. s_changed.Append("Modified run").Append("Added run/ready").Order(StringComparer.Ordinal)] : [.. s_changed.Order(StringComparer.Ordinal)];
        Assert.Equal(expected, await SummaryAsync(store, key));
        var tree = TestData.Tree(_temp["bundle/rootfs"]);
        if (state == State.Unmounted)
            await store.UnmountAsync(key);
        await store.CommitAsync(key, "changed");

        // Exactly that: the tree is the container's, and a container of the new image has nothing to add.
        await store.UnpackAsync("changed", _temp["plain"]);
        Assert.Equal(tree, TestData.Tree(_temp["plain"]));
        var second = await store.BundleAsync("changed", _temp["second"]);
        using var another = new RuncContainer(_temp["second"], _temp["runc"]);
        var seen = another.Run("cat /etc/motd /srv/new/two; [ ! -e /bin/ash ]; [ ! -e /opt/data ]; [ ! -e /dev/shm/file ]; stat -c %a:%h /bin/bzdiff /srv/new/one");
        Assert.Equal(["hello", "one", "4750:1", "644:2"], seen.Lines);
        Assert.Empty(await SummaryAsync(store, second));
    }

    private async Task<Store> OpenAsync(string tag, StoreDriver driver = StoreDriver.Overlay)
    {
        Store store = await Store.OpenAsync(_temp["store"], new StoreOptions { Driver = driver, Sync = false });
        await store.PullAsync(TransportReference.Parse(TestData.Source(tag)), new() { Name = "base" });
        return store;
    }

    private static async Task<string[]> SummaryAsync(Store store, string key)
    {
        IReadOnlyList<PathChange> changes = await store.SummarizeAsync(key);
        return [.. changes.Select(change => $"{change.Kind} {change.Path}").Order(StringComparer.Ordinal)];
    }
}
