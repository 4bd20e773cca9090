using Daemon.Tests.Support;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using LayerStore;
using LayerStore.Content;
using LayerStore.Daemon.Grpc;
using LayerStore.Daemon.Protos.Content;
using LayerStore.Daemon.Services;
using Snapshotter;

namespace Daemon.Tests.Services;

/// <summary>The content service of one owner on a socket of one test, and a second owner of the same store.</summary>
#pragma warning disable CA1001 // xunit disposes what it made through IAsyncLifetime.
public abstract class ContentServiceFixture : IAsyncLifetime
#pragma warning restore CA1001
{
    private readonly TempDirectory _temp = new();
    private Store? _store;
    private TestServer? _server;
    private WireClient? _client;

    private protected WireClient Client => _client!;

    private protected string Address => _server!.Address;

    public async Task InitializeAsync()
    {
        _store = await Store.OpenAsync(_temp["store"], new StoreOptions { Owner = "containerd", Sync = false });
        _server = await TestServer.StartAsync(new ContentService(_store));
        _client = new WireClient(_server.Address);
    }

    public async Task DisposeAsync()
    {
        _client?.Dispose();
        await (_server?.DisposeAsync() ?? ValueTask.CompletedTask);
        await (_store?.DisposeAsync() ?? ValueTask.CompletedTask);
        _temp.Dispose();
    }

    private protected static string Path(string method) => $"/containerd.services.content.v1.Content/{method}";

    private protected Task<WireReply> CallAsync(string method, IMessage request) => Client.CallAsync(Path(method), request);

    /// <summary>A whole stream: its messages, and then its end.</summary>
    private protected Task<WireReply> WriteAsync(params WriteContentRequest[] messages) =>
        Client.CallAsync(Path("Write"), [.. messages.SelectMany(WireClient.Frame)]);

    private protected async Task<string> StoreAsync(byte[] bytes, params (string Key, string Value)[] labels)
    {
        BlobInfo blob = await _store!.Content.WriteBlobAsync("stored", bytes, labels: labels.ToDictionary(label => label.Key, label => label.Value));
        return blob.Digest.ToString();
    }

    private protected async Task<string> StoreAsOtherAsync(byte[] bytes)
    {
        await using Store other = await OpenOtherAsync();
        return (await other.Content.WriteBlobAsync("r", bytes)).Digest.ToString();
    }

    private protected async Task<bool> OtherHasAsync(string digest)
    {
        await using Store other = await OpenOtherAsync();
        return await other.Content.StatAsync(Digest.Parse(digest)) is not null;
    }

    /// <summary>Changes a byte behind the store's back; the file's size and times stay.</summary>
    private protected void Damage(string digest)
    {
        string file = System.IO.Path.Join(_temp["store"], "blobs", digest.Replace(':', '/'));
        DateTime modified = File.GetLastWriteTimeUtc(file);
        byte[] bytes = File.ReadAllBytes(file);
        bytes[0] ^= 1;
        File.WriteAllBytes(file, bytes);
        File.SetLastWriteTimeUtc(file, modified);
    }

    private protected async Task<string> UpdateAsync(string digest, string[] mask, params (string Key, string Value)[] labels)
    {
        UpdateRequest request = new() { Info = new Info { Digest = digest }, UpdateMask = new FieldMask { Paths = { mask } } };
        request.Info.Labels.Add(labels.ToDictionary(label => label.Key, label => label.Value));
        Info info = (await CallAsync("Update", request)).Only<UpdateResponse>().Info;
        return string.Join(' ', info.Labels.OrderBy(label => label.Key, StringComparer.Ordinal).Select(label => $"{label.Key}={label.Value}"));
    }

    private protected async Task<string[]> ListAsync(params string[] filters)
    {
        WireReply reply = await CallAsync("List", new ListContentRequest { Filters = { filters } });
        Assert.True(reply.Status == GrpcStatus.Ok, reply.Message);
        return [.. reply.Messages.SelectMany(message => ListContentResponse.Parser.ParseFrom(message).Info).Select(info => info.Digest)];
    }

    private protected async Task<string[]> ListStatusesAsync(params string[] filters) =>
        [.. (await CallAsync("ListStatuses", new ListStatusesRequest { Filters = { filters } })).Only<ListStatusesResponse>().Statuses.Select(status => status.Ref)];

    private Task<Store> OpenOtherAsync() => Store.OpenAsync(_temp["store"], new StoreOptions { Owner = "other" });
}
