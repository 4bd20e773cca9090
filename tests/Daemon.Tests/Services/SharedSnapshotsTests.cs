using Daemon.Tests.Support;
using Google.Protobuf.WellKnownTypes;
using LayerStore;
using LayerStore.Daemon.Grpc;
using LayerStore.Daemon.Protos.Snapshots;
using LayerStore.Daemon.Services;
using LayerStore.Oci;
using Snapshotter;
using Snapshotter.Linux;
using Snapshotter.Snapshots;
using Mount = LayerStore.Daemon.Protos.Types.Mount;

namespace Daemon.Tests.Services;

/// <summary>What containerd's client does beyond prepare and commit: it takes layers that are here, gives parents late, and maps owners.</summary>
public sealed class SharedSnapshotsTests : IDisposable
{
    private const string Service = "/containerd.services.snapshots.v1.Snapshots/";
    private const string Reference = "containerd.io/snapshot.ref";

    private static readonly Digest s_base = Digest.Compute("base"u8);
    private static readonly Digest s_top = Digest.Compute("top"u8);
    private static readonly Digest s_chain = ChainId.Append(s_base, s_top);

    private readonly TempDirectory _temp = new();

    public void Dispose() => _temp.Dispose();

    [SkippableFact]
    public async Task An_image_that_is_unpacked_here_is_prepared_without_fetching_anything()
    {
        await UnpackAsync();
        await using Store store = await OpenAsync();
        await using TestServer server = await TestServer.StartAsync(new SnapshotsService(store));
        using WireClient client = new(server.Address);
        string[] before = Directory.GetDirectories(_temp["root/t"]);

        // As containerd's unpacker asks and looks, layer by layer (metadata/snapshot.go).
        string parent = "";
        foreach (Digest chainId in new[] { s_base, s_chain })
        {
            PrepareSnapshotRequest request = new() { Key = $"ns/1/extract-1-ab {chainId}", Parent = parent };
            request.Labels.Add(Reference, chainId.ToString());
            WireReply reply = await client.CallAsync(Service + "Prepare", request);
            Assert.Equal(GrpcStatus.AlreadyExists, reply.Status);
            ListSnapshotsRequest list = new() { Filters = { $"labels.\"{Reference}\"=={chainId},parent==\"{parent}\"" } };
            Info found = Assert.Single((await client.CallAsync(Service + "List", list)).Only<ListSnapshotsResponse>().Info);
            Assert.Equal((Kind.Committed, parent), (found.Kind, found.Parent));
            parent = found.Name;
        }

        Assert.Equal(before, Directory.GetDirectories(_temp["root/t"]));
        await PrepareAsync(client, "container", parent);
        using MountedDirectory mounted = await MountAsync(client, "container");
        Assert.Equal(["base", "top"], mounted.Names);

        // What is not here is prepared for a client that fetches it.
        PrepareSnapshotRequest missing = new() { Key = "key", Parent = parent };
        missing.Labels.Add(Reference, ChainId.Append(s_chain, s_base).ToString());
        Assert.Equal(GrpcStatus.AlreadyExists, (await client.CallAsync(Service + "Prepare", missing)).Status);
        missing.Labels[Reference] = ChainId.Append(s_chain, Digest.Compute("other"u8)).ToString();
        Assert.Single((await client.CallAsync(Service + "Prepare", missing)).Only<PrepareSnapshotResponse>().Mounts);
        missing = new PrepareSnapshotRequest { Key = "no digest", Labels = { [Reference] = "whatever" } };
        Assert.Single((await client.CallAsync(Service + "Prepare", missing)).Only<PrepareSnapshotResponse>().Mounts);
    }

    [SkippableFact]
    public async Task Layers_that_were_unpacked_at_the_same_time_get_their_parents_at_commit()
    {
        await using Store store = await OpenAsync();
        await using TestServer server = await TestServer.StartAsync(new SnapshotsService(store));
        using WireClient client = new(server.Address);

        // containerd 2.2 with the capability "rebase": all are prepared without a parent, filled in any order, and committed from the base up.
        string[] names = ["one", "two", "three"];
        foreach (string name in names.Reverse())
        {
            await PrepareAsync(client, name + "-key", "", (Reference, Digest.Compute(System.Text.Encoding.UTF8.GetBytes(name)).ToString()));
            using MountedDirectory mounted = await MountAsync(client, name + "-key");
            File.WriteAllText(Path.Join(mounted.Path, name), "");
        }

        string parent = "";
        foreach (string name in names)
        {
            (await client.CallAsync(Service + "Commit", new CommitSnapshotRequest { Name = name, Key = name + "-key", Parent = parent })).Only<Empty>();
            Assert.Equal(parent, (await client.CallAsync(Service + "Stat", new StatSnapshotRequest { Key = name })).Only<StatSnapshotResponse>().Info.Parent);
            parent = name;
        }

        await PrepareAsync(client, "container", parent);
        using MountedDirectory whole = await MountAsync(client, "container");
        Assert.Equal(["one", "three", "two"], whole.Names);
        Assert.Equal(GrpcStatus.NotFound, (await CommitOnAsync("missing")).Status);
        Assert.Equal(GrpcStatus.FailedPrecondition, (await CommitOnAsync("one")).Status);
        Assert.Equal(GrpcStatus.Ok, (await CommitOnAsync("three")).Status);

        Task<WireReply> CommitOnAsync(string name) =>
            client.CallAsync(Service + "Commit", new CommitSnapshotRequest { Name = "committed", Key = "container", Parent = name });
    }

    [SkippableFact]
    public async Task A_layer_of_a_chain_is_not_taken_for_one_that_is_prepared_without_its_parent()
    {
        await UnpackAsync();
        await using Store store = await OpenAsync();
        await using TestServer server = await TestServer.StartAsync(new SnapshotsService(store));
        using WireClient client = new(server.Address);
        await PrepareAsync(client, "key", "", (Reference, s_chain.ToString()));
    }

    [SkippableFact]
    public async Task Labels_of_a_mapping_become_mounts_that_show_the_mapped_owners()
    {
        Skip.IfNot(UserNamespace.Current.IsInitial, "needs the machine's own root, to map owners");
        await UnpackAsync();
        await using Store store = await OpenAsync(mapIds: true);
        await using TestServer server = await TestServer.StartAsync(new SnapshotsService(store));
        using WireClient client = new(server.Address);
        await client.CallAsync(Service + "Prepare", new PrepareSnapshotRequest { Key = "x", Labels = { [Reference] = s_base.ToString() } });
        string parent = Assert.Single((await client.CallAsync(Service + "List", new ListSnapshotsRequest())).Only<ListSnapshotsResponse>().Info).Name;

        await PrepareAsync(
            client, "container", parent, ("containerd.io/snapshot/uidmapping", "0:100000:65536"), ("containerd.io/snapshot/gidmapping", "0:200000:65536"));

        Mount mount = Assert.Single((await client.CallAsync(Service + "Mounts", new MountsRequest { Key = "container" })).Only<MountsResponse>().Mounts);
        Assert.Contains("uidmap=0:100000:65536", mount.Options);
        Assert.Contains("gidmap=0:200000:65536", mount.Options);
        using MountedDirectory mounted = await MountAsync(client, "container");
        Assert.Equal(["100000:200000", "100007:200008"], ProcessRunner.Run("stat", "-c", "%u:%g", mounted.Path, Path.Join(mounted.Path, "base")).Lines);
        Assert.Equal(
            GrpcStatus.InvalidArgument,
            (await client.CallAsync(Service + "Prepare", new PrepareSnapshotRequest { Key = "half", Labels = { ["containerd.io/snapshot/uidmapping"] = "0:1:1" } })).Status);
    }

    /// <summary>Unpacks two layers for the command line.</summary>
    private async Task UnpackAsync()
    {
        Tools.RequireRoot();
        await using Store store = await Store.OpenAsync(_temp["root"], new StoreOptions { Sync = false });
        ILayerSnapshotter layers = (ILayerSnapshotter)store.Snapshots;
        await using LayerDraft bottom = await layers.BeginLayerAsync();
        await using LayerDraft top = await layers.BeginLayerAsync();
        File.WriteAllText(Path.Join(bottom.Directory, "base"), "");
        ProcessRunner.Run("chown", "7:8", Path.Join(bottom.Directory, "base"));
        File.WriteAllText(Path.Join(top.Directory, "top"), "");
        await layers.PublishAsync([new LayerLink(s_base, s_base, bottom), new LayerLink(s_top, s_chain, top)]);
    }

    private Task<Store> OpenAsync(bool mapIds = false)
    {
        Tools.RequireRoot();
        return Store.OpenAsync(_temp["root"], new StoreOptions { Owner = "containerd", Sync = false, MapIds = mapIds });
    }

    private static async Task PrepareAsync(WireClient client, string key, string parent, params (string Key, string Value)[] labels)
    {
        PrepareSnapshotRequest request = new() { Key = key, Parent = parent };
        Array.ForEach(labels, l => request.Labels.Add(l.Key, l.Value));
        Assert.Single((await client.CallAsync(Service + "Prepare", request)).Only<PrepareSnapshotResponse>().Mounts);
    }

    private async Task<MountedDirectory> MountAsync(WireClient client, string key)
    {
        Mount mount = Assert.Single((await client.CallAsync(Service + "Mounts", new MountsRequest { Key = key })).Only<MountsResponse>().Mounts);
        return new MountedDirectory(new(mount.Type, mount.Source, [.. mount.Options]), _temp.CreateDirectory(Guid.NewGuid().ToString("n")));
    }

    private sealed class MountedDirectory : IDisposable
    {
        public MountedDirectory(Snapshotter.Snapshots.Mount mount, string path)
        {
            Path = path;
            Mounter.Mount(mount, path);
        }

        public string Path { get; }

        public IEnumerable<string?> Names => Directory.GetFileSystemEntries(Path).Select(System.IO.Path.GetFileName).Order(StringComparer.Ordinal);

        // Lazily: a child that another test starts may hold a descriptor for a moment.
        public void Dispose() => Mounter.Unmount(Path, lazy: true);
    }
}
