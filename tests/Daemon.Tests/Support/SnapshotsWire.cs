using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using LayerStore.Daemon.Grpc;
using LayerStore.Daemon.Protos.Snapshots;
using LayerStore.Daemon.Services;
using Snapshotter;
using Mount = LayerStore.Daemon.Protos.Types.Mount;

namespace Daemon.Tests.Support;

/// <summary>The snapshots service over a new store, and short ways to call it.</summary>
internal sealed class SnapshotsWire : IAsyncDisposable
{
    private readonly TempDirectory _temp;
    private readonly Store _store;
    private readonly TestServer _server;
    private readonly WireClient _client;

    private SnapshotsWire(TempDirectory temp, Store store, TestServer server)
    {
        _temp = temp;
        _store = store;
        _server = server;
        _client = new WireClient(server.Address);
    }

    /// <summary>Serves a new store until it is disposed.</summary>
    public static async Task<SnapshotsWire> StartAsync()
    {
        Tools.RequireRoot();
        TempDirectory temp = new();
        Store store = await Store.OpenAsync(temp["root"], new StoreOptions { Owner = "containerd", Sync = false });
        return new SnapshotsWire(temp, store, await TestServer.StartAsync(new SnapshotsService(store)));
    }

    public async ValueTask DisposeAsync()
    {
        _client.Dispose();
        await _server.DisposeAsync();
        await _store.DisposeAsync();
        _temp.Dispose();
    }

    public async Task<WireReply> CallAsync(string method, IMessage request)
    {
        return await _client.CallAsync("/containerd.services.snapshots.v1.Snapshots/" + method, request);
    }

    /// <summary>The same with a request that may be no message.</summary>
    public Task<WireReply> CallAsync(string method, byte[] request) =>
        _client.CallAsync("/containerd.services.snapshots.v1.Snapshots/" + method, WireClient.Frame(request));

    public async Task<string> AssertAsync(GrpcStatus status, string method, IMessage request)
    {
        WireReply reply = await CallAsync(method, request);
        Assert.True(status == reply.Status, $"{method}: {reply.Status} {reply.Message}");
        return reply.Message;
    }

    public async Task PrepareAsync(string key, string parent, params (string Key, string Value)[] labels)
    {
        PrepareSnapshotRequest request = new() { Key = key, Parent = parent };
        Array.ForEach(labels, l => request.Labels.Add(l.Key, l.Value));
        IReadOnlyList<Mount> mounts = (await CallAsync("Prepare", request)).Only<PrepareSnapshotResponse>().Mounts;
        Assert.Equal(mounts, (await CallAsync("Mounts", new MountsRequest { Key = key })).Only<MountsResponse>().Mounts);
    }

    public async Task CommitAsync(string name, string key, params (string Key, string Value)[] labels)
    {
        CommitSnapshotRequest request = new() { Name = name, Key = key };
        Array.ForEach(labels, l => request.Labels.Add(l.Key, l.Value));
        (await CallAsync("Commit", request)).Only<Empty>();
    }

    public async Task<Info> StatAsync(string key) => (await CallAsync("Stat", new StatSnapshotRequest { Key = key })).Only<StatSnapshotResponse>().Info;

    public async Task<Info> UpdateAsync(string[] mask, params (string Key, string Value)[] labels)
    {
        UpdateSnapshotRequest request = new() { Info = new Info { Name = "key" } };
        Array.ForEach(labels, l => request.Info.Labels.Add(l.Key, l.Value));
        if (mask.Length > 0)
        {
            request.UpdateMask = new FieldMask { Paths = { mask } };
        }

        return (await CallAsync("Update", request)).Only<UpdateSnapshotResponse>().Info;
    }

    public async Task<IReadOnlyList<ListSnapshotsResponse>> ListAsync(params string[] filters)
    {
        WireReply reply = await CallAsync("List", new ListSnapshotsRequest { Filters = { filters } });
        Assert.Equal(GrpcStatus.Ok, reply.Status);
        return [.. reply.Messages.Select(ListSnapshotsResponse.Parser.ParseFrom)];
    }

    public async Task<int> CountAsync(params string[] filters) => (await ListAsync(filters)).Sum(b => b.Info.Count);
}
