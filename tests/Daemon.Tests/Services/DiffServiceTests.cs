using Daemon.Tests.Support;
using Google.Protobuf.WellKnownTypes;
using LayerStore;
using LayerStore.Content;
using LayerStore.Daemon.Grpc;
using LayerStore.Daemon.Protos.Diff;
using LayerStore.Daemon.Protos.Types;
using LayerStore.Daemon.Services;
using LayerStore.Oci;
using Snapshotter;

namespace Daemon.Tests.Services;

/// <summary>The diff service on the wire. What layers become is shown by continuity's suite and by the library's own tests.</summary>
public sealed class DiffServiceTests : IDisposable
{
    private const string Apply = "/containerd.services.diff.v1.Diff/Apply";
    private const string Diff = "/containerd.services.diff.v1.Diff/Diff";

    private readonly TempDirectory _temp = new();

    public void Dispose() => _temp.Dispose();

    [SkippableFact]
    public async Task A_directory_becomes_a_layer_and_the_layer_a_directory()
    {
        Tools.RequireRoot();
        await using Store store = await OpenAsync();
        await using TestServer server = await TestServer.StartAsync(new DiffService(store));
        using WireClient client = new(server.Address);
        string tree = _temp.CreateDirectory("tree");
        _temp.WriteFile("tree/file", "content");
        string target = _temp.CreateDirectory("target");

        DiffRequest request = new() { MediaType = MediaTypes.OciLayerZstd, Ref = "mine", SourceDateEpoch = Timestamp.FromDateTimeOffset(DateTimeOffset.UnixEpoch), Right = { Bind(tree) } };
        request.Labels["a"] = "b";
        BlobDescriptor layer = (await client.CallAsync(Diff, request)).Only<DiffResponse>().Diff;
        BlobDescriptor again = (await client.CallAsync(Diff, new DiffRequest(request) { Ref = "" })).Only<DiffResponse>().Diff;
        BlobDescriptor applied = (await client.CallAsync(Apply, new ApplyRequest { Diff = layer, Mounts = { Bind(target) }, SyncFs = true })).Only<ApplyResponse>().Applied;

        Assert.Equal(layer, again);
        BlobInfo blob = (await store.Content.StatAsync(Digest.Parse(layer.Digest)))!;
        Assert.Equal((MediaTypes.OciLayerZstd, blob.Size, "b"), (layer.MediaType, layer.Size, blob.Labels["a"]));
        Assert.Equal((MediaTypes.OciLayer, blob.Labels["containerd.io/uncompressed"]), (applied.MediaType, applied.Digest));
        Assert.Equal(0, applied.Size % 512);
        Assert.Equal("content", File.ReadAllText(Path.Combine(target, "file")));
        Assert.Equal(DateTime.UnixEpoch, File.GetLastWriteTimeUtc(Path.Combine(target, "file")));
    }

    [SkippableFact]
    public async Task Another_type_is_gzip_of_ocis_and_what_is_wrong_has_its_status()
    {
        Tools.RequireRoot();
        await using Store store = await OpenAsync();
        await using TestServer server = await TestServer.StartAsync(new DiffService(store));
        using WireClient client = new(server.Address);
        Mount mount = Bind(_temp.CreateDirectory("tree"));

        BlobDescriptor layer = (await client.CallAsync(Diff, new DiffRequest { Right = { mount } })).Only<DiffResponse>().Diff;
        Assert.Equal(MediaTypes.OciLayerGzip, layer.MediaType);

        Mount below = new(mount) { Target = "below" };
        BlobDescriptor missing = new(layer) { Digest = Digest.Compute("none"u8).ToString() };
        await using IngestWriter other = await store.Content.BeginIngestAsync("taken");
        await AssertAsync(GrpcStatus.Unimplemented, Diff, new DiffRequest { MediaType = "application/x-thing", Right = { mount } });
        await AssertAsync(GrpcStatus.Unimplemented, Diff, new DiffRequest { Right = { below } });
        await AssertAsync(GrpcStatus.InvalidArgument, Diff, new DiffRequest());
        await AssertAsync(GrpcStatus.InvalidArgument, Diff, new DiffRequest { Right = { mount }, SourceDateEpoch = new Timestamp { Nanos = -1 } });
        await AssertAsync(GrpcStatus.Aborted, Diff, new DiffRequest { Right = { mount }, Ref = "taken" });
        await AssertAsync(GrpcStatus.NotFound, Diff, new DiffRequest { Right = { Bind(_temp["none"]) } });
        await AssertAsync(GrpcStatus.Unimplemented, Apply, new ApplyRequest { Diff = new BlobDescriptor(layer) { MediaType = "application/x-thing" }, Mounts = { mount } });
        await AssertAsync(GrpcStatus.InvalidArgument, Apply, new ApplyRequest { Diff = new BlobDescriptor(layer) { Digest = "sha256:../.." }, Mounts = { mount } });
        await AssertAsync(GrpcStatus.InvalidArgument, Apply, new ApplyRequest { Mounts = { mount } });
        await AssertAsync(GrpcStatus.InvalidArgument, Apply, new ApplyRequest { Diff = layer });
        await AssertAsync(GrpcStatus.NotFound, Apply, new ApplyRequest { Diff = missing, Mounts = { mount } });
        await AssertAsync(GrpcStatus.DataLoss, Apply, new ApplyRequest { Diff = new BlobDescriptor(layer) { Size = layer.Size + 1 }, Mounts = { mount } });

        async Task AssertAsync(GrpcStatus status, string method, Google.Protobuf.IMessage request) =>
            Assert.Equal(status, (await client.CallAsync(method, request)).Status);
    }

    private Task<Store> OpenAsync() => Store.OpenAsync(_temp["root"], new StoreOptions { Sync = false, Owner = "containerd" });

    private static Mount Bind(string directory) => new() { Type = "bind", Source = directory, Options = { "rbind", "rw" } };
}
