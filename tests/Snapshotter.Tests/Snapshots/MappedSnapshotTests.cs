using LayerStore;
using Snapshotter.Linux;
using Snapshotter.Snapshots;
using Snapshotter.Snapshots.Overlay;
using Snapshotter.Tests.Contracts;

namespace Snapshotter.Tests.Snapshots;

/// <summary>Snapshots whose mounts show other owners, for containers in a user namespace.</summary>
public sealed class MappedSnapshotTests : IDisposable
{
    private static readonly Dictionary<string, string> s_labels = new()
    {
        ["containerd.io/snapshot/uidmapping"] = "0:100000:1000",
        ["containerd.io/snapshot/gidmapping"] = "0:200000:1,1:300000:999",
    };

    private static readonly string[] s_names = ["root", "other", "link", "dir", "far"];

    private readonly OverlayStore _store = new();

    public MappedSnapshotTests() => Skip.IfNot(UserNamespace.Current.IsInitial, "needs the machine's own root, to map owners");

    public void Dispose() => _store.Dispose();

    [SkippableFact]
    public async Task What_is_below_shows_mapped_owners_and_what_is_written_has_them()
    {
        string chain = await _store.PublishAsync(
            ("a", "echo a > root; echo a > other; chown 5:6 other; ln -s x link; chown -h 7:8 link; mkdir -m 750 dir; chown 9:10 dir; echo a > changed"),
            ("b", "chown 3:4 .; chmod 711 .; echo b > far; chown 5000:5000 far; #root"));
        using OverlaySnapshotter snapshots = Open(mapIds: true);
        IReadOnlyList<Mount> mounts = await snapshots.PrepareAsync("key", chain, s_labels);
        Assert.Equal(["uidmap=0:100000:1000", "gidmap=0:200000:1,1:300000:999"], Assert.Single(mounts).Options.Take(2));
        using (MountedSnapshot mounted = _store.Mount(mounts))
        {
            Assert.Equal("100003:300003 711", Owner(mounted.Path));
            Assert.Equal(
                ["100000:200000", "100005:300005", "100007:300007", "100009:300009", "65534:65534"],
                s_names.Select(name => Owner(mounted[name]).Split(' ')[0]));

            // A process that is root in the container changes a file and makes one.
            ProcessRunner.Run("setpriv", "--reuid=100000", "--regid=200000", "--clear-groups", "sh", "-c", $"echo more >> {mounted["changed"]}");
            Assert.Equal("100000:200000 644", Owner(mounted["changed"]));
            Assert.Equal("a\nmore\n", File.ReadAllText(mounted["changed"]));
        }

        Assert.Equal("100000:200000 644", Owner(Path.Join((await snapshots.StackAsync("key")).Upper!, "changed")));
        Assert.Equal("5:6 644", Owner(Path.Join((await snapshots.StackAsync(chain)).Lowers[^1], "other")));
    }

    [SkippableFact]
    public async Task Views_and_roots_without_a_parent_are_mapped_too()
    {
        string chain = await _store.PublishAsync(("a", "echo a > a; chown 1:1 a; chown 2:2 .; #root"));
        using OverlaySnapshotter snapshots = Open(mapIds: true);
        using (MountedSnapshot view = _store.Mount(await snapshots.ViewAsync("view", chain, s_labels)))
        {
            Assert.Equal(["100002:300001 755", "100001:300000 644"], [Owner(view.Path), Owner(view["a"])]);
        }

        using MountedSnapshot bare = _store.Mount(await snapshots.PrepareAsync("bare", null, s_labels));
        Assert.Equal("100000:200000 755", Owner(bare.Path));
    }

    [SkippableFact]
    public async Task Mounts_stay_what_prepare_returned_whatever_becomes_of_the_labels()
    {
        string chain = await _store.PublishAsync(("a", "echo a > a"));
        IReadOnlyList<Mount> prepared;
        using (OverlaySnapshotter snapshots = Open(mapIds: true))
        {
            prepared = await snapshots.PrepareAsync("key", chain, s_labels);
            await snapshots.SetLabelsAsync("key", new Dictionary<string, string?>(), replace: true);
        }

        using OverlaySnapshotter again = Open(mapIds: false);
        Assert.Equivalent(prepared, await again.MountsAsync("key"), strict: true);
    }

    [SkippableFact]
    public async Task Clients_that_change_the_owners_themselves_get_plain_mounts()
    {
        string chain = await _store.PublishAsync(("a", "echo a > a"));
        using OverlaySnapshotter snapshots = Open(mapIds: false);
        Mount mount = Assert.Single(await snapshots.PrepareAsync("key", chain, s_labels));
        Assert.DoesNotContain(mount.Options, o => o.StartsWith("uidmap", StringComparison.Ordinal) || o.StartsWith("gidmap", StringComparison.Ordinal));
        Assert.Equal(s_labels, (await snapshots.StatAsync("key"))!.Labels);
    }

    [SkippableTheory]
    [InlineData("uidmapping", "0:100000:1000", null)]
    [InlineData("gidmapping", "0:100000:1000", null)]
    [InlineData("uidmapping", "0:100000:1000", "x")]
    [InlineData("uidmapping", "1:100000:1000", "0:0:1")]
    public async Task Half_a_mapping_and_one_without_root_are_refused(string label, string value, string? other)
    {
        using OverlaySnapshotter snapshots = Open(mapIds: true);
        Dictionary<string, string> labels = new() { [$"containerd.io/snapshot/{label}"] = value };
        if (other is not null)
        {
            labels["containerd.io/snapshot/gidmapping"] = other;
        }

        await LayerPublicationTests.FailsAsync(ErrorKind.InvalidArgument, () => snapshots.PrepareAsync("key", null, labels));
        Assert.Null(await snapshots.StatAsync("key"));
        Assert.Empty(_store.Trees());
    }

    private OverlaySnapshotter Open(bool mapIds) => OverlaySnapshotter.Open(_store.Layout, new SnapshotterOptions { MapIds = mapIds });

    private static string Owner(string path) => ProcessRunner.Run("stat", "-c", "%u:%g %a", path).Output.Trim();
}
