using LayerStore.Transports;
using Snapshotter;
using Snapshotter.Layers.Pull;

namespace Interop.Tests.Layouts;

/// <summary>A store with all the images of testdata, each under its tag, and nothing unpacked.</summary>
public sealed class PulledImages : IAsyncLifetime, IDisposable
{
    private readonly TempDirectory _temp = new();
    private Store? _store;

    /// <summary>The store; the fixture closes it.</summary>
    public Store Store => _store ?? throw new InvalidOperationException("the fixture is not ready");

    public async Task InitializeAsync()
    {
        _store = await Store.OpenAsync(_temp["store"], new StoreOptions { Sync = false });
        foreach (var tag in TestData.Tags.Append("artifact"))
            await _store.PullAsync(TransportReference.Parse(TestData.Source(tag)), new PullOptions { Name = tag, Unpack = false });
    }

    public async Task DisposeAsync()
    {
        if (_store is not null)
            await _store.DisposeAsync();
    }

    public void Dispose() => _temp.Dispose();
}
