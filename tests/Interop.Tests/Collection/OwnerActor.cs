using System.Globalization;
using LayerStore;
using LayerStore.Content;
using Snapshotter;
using Snapshotter.Snapshots;

namespace Interop.Tests.Collection;

/// <summary>An owner that does what a daemon's clients do, and knows what it must have at every moment.</summary>
internal sealed class OwnerActor(Store store, IReadOnlyList<KnownImage> images) : IAsyncDisposable
{
    // What another process has just removed cannot be adopted.
    private static readonly ErrorKind[] s_gone = [ErrorKind.Aborted, ErrorKind.NotFound];

    private readonly HashSet<Digest> _blobs = [];
    private readonly List<(string Key, string? Parent)> _snapshots = [];
    private int _count;

    public ValueTask DisposeAsync() => store.DisposeAsync();

    public async Task RunAsync(IEnumerable<OwnerStep> steps)
    {
        foreach (var step in steps)
        {
            await RunAsync(step);
            await AssertHasAllAsync();
        }
    }

    /// <summary>All that it claimed and made and did not give up is here, whole, and nothing else is seen.</summary>
    public async Task AssertHasAllAsync()
    {
        Assert.Equal(_blobs, await store.Content.ListAsync().Select(blob => blob.Digest).ToHashSetAsync());
        foreach (var digest in _blobs)
            Assert.Equal(digest, Digest.Compute(await store.Content.ReadAllAsync(digest, int.MaxValue)));

        Assert.Equal(_snapshots.Select(one => one.Key).ToHashSet(), await store.Snapshots.ListAsync().Select(one => one.Name).ToHashSetAsync());
        foreach (var (key, _) in _snapshots)
        {
            var stack = await ((ILayerSnapshotter)store.Snapshots).StackAsync(key);
            Assert.All(stack.Lowers, lower => Assert.True(Directory.Exists(lower), $"{lower} of {key} is gone"));
        }
    }

    public async Task GiveUpEverythingAsync()
    {
        foreach (var digest in _blobs.ToArray())
            await DeleteAsync(digest);

        while (_snapshots.Count > 0)
            await RemoveAsync(0);
    }

    public Task ReclaimAsync() => store.ReclaimAsync();

    private async Task RunAsync(OwnerStep step)
    {
        var image = images[step.Choice % images.Count];
        switch (step.Kind)
        {
            case OwnerStepKind.Write:
                var (descriptor, bytes) = image.Blobs[step.Choice % image.Blobs.Count];
                await store.Content.WriteBlobAsync($"write-{descriptor.Digest}", bytes, descriptor);
                _blobs.Add(descriptor.Digest);
                break;
            case OwnerStepKind.Delete when _blobs.Count > 0:
                await DeleteAsync(_blobs.ElementAt(step.Choice % _blobs.Count));
                break;
            case OwnerStepKind.Adopt:
                await AdoptAsync(image, 1 + (step.Choice % image.View.Layers.Count));
                break;
            case OwnerStepKind.Prepare:
                var parents = _snapshots.Where(one => one.Key.StartsWith("sha256:", StringComparison.Ordinal)).Select(one => one.Key).Append(null).ToArray();
                var parent = parents[step.Choice % parents.Length];
                var key = string.Create(CultureInfo.InvariantCulture, $"active {_count++}");
                await store.Snapshots.PrepareAsync(key, parent);
                _snapshots.Add((key, parent));
                break;
            case OwnerStepKind.Remove when _snapshots.Count > 0:
                await RemoveAsync(step.Choice);
                break;
            case OwnerStepKind.Reclaim:
                await store.ReclaimAsync();
                break;
        }
    }

    private async Task AdoptAsync(KnownImage image, int depth)
    {
        var layers = image.View.Layers.Take(depth).ToArray();
        try
        {
            await ((ILayerSnapshotter)store.Snapshots).PublishAsync([.. layers.Select(layer => new LayerLink(layer.DiffId, layer.ChainId, null))]);
        }
        catch (LayerStoreException e) when (s_gone.Contains(e.Kind))
        {
            return;
        }

        string? below = null;
        foreach (var name in layers.Select(layer => layer.ChainId.ToString()))
        {
            if (_snapshots.TrueForAll(one => one.Key != name))
                _snapshots.Add((name, below));
            below = name;
        }
    }

    private async Task DeleteAsync(Digest digest)
    {
        await store.Content.DeleteAsync(digest);
        _blobs.Remove(digest);
    }

    /// <summary>Removes one of the snapshots that no other stands on.</summary>
    private async Task RemoveAsync(int choice)
    {
        var leaves = _snapshots.Where(one => _snapshots.TrueForAll(other => other.Parent != one.Key)).ToArray();
        var leaf = leaves[choice % leaves.Length];
        await store.Snapshots.RemoveAsync(leaf.Key);
        _snapshots.Remove(leaf);
    }
}
