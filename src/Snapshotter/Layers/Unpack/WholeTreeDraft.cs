using LayerStore;
using LayerStore.Content;
using LayerStore.Images;
using Snapshotter.Layers.Apply;
using Snapshotter.Layers.Manifest;
using Snapshotter.Linux;
using Snapshotter.Snapshots;

namespace Snapshotter.Layers.Unpack;

/// <summary>
/// A layer that is unpacked on a copy of what is below it, with a driver whose snapshots are whole trees: an active snapshot, which
/// is committed with its manifest, or goes when this is disposed.
/// </summary>
internal sealed class WholeTreeDraft : IAsyncDisposable
{
    private readonly StoreLayout _layout;
    private readonly DirectorySnapshotter _snapshots;
    private readonly string _key;
    private readonly string? _parent;
    private readonly long _tree;
    private SnapshotUsage _usage;
    private bool _isCommitted;

    private WholeTreeDraft(StoreLayout layout, DirectorySnapshotter snapshots, string key, string? parent, long tree)
    {
        _layout = layout;
        _snapshots = snapshots;
        _key = key;
        _parent = parent;
        _tree = tree;
    }

    /// <summary>Its directory.</summary>
    public string Directory => _layout.Tree(_tree);

    /// <summary>Where its manifest goes.</summary>
    public string ManifestPath => _layout.Manifest(_tree);

    /// <summary>Its manifest's digest, once it is filled.</summary>
    public Digest? Manifest { get; private set; }

    /// <summary>Copies what is below.</summary>
    /// <param name="layout">The store.</param>
    /// <param name="snapshots">The snapshots.</param>
    /// <param name="parent">The committed snapshot below; null for a base layer.</param>
    /// <param name="lease">The lease that keeps it from being collected.</param>
    /// <param name="cancellationToken">Cancels.</param>
    public static async Task<WholeTreeDraft> BeginAsync(
        StoreLayout layout, DirectorySnapshotter snapshots, string? parent, string lease, CancellationToken cancellationToken)
    {
        string key = $"unpack {Guid.NewGuid():N}";
        Dictionary<string, string> labels = new() { [SnapshotLabels.WorkLease] = lease };
        await snapshots.PrepareAsync(key, parent, labels, cancellationToken).ConfigureAwait(false);
        return new WholeTreeDraft(layout, snapshots, key, parent, snapshots.FindTree(key)!.Value);
    }

    /// <summary>Applies the layer, and writes down what the tree is then. Only what the layer brings is hashed: the rest is known from the manifest below.</summary>
    public async Task FillAsync(ImageLayer layer, LayerExtractor extractor, CancellationToken cancellationToken)
    {
        ContentHashes hashes = new();
        using RootDirectory root = RootDirectory.Open(Directory);
        if (_parent is not null && _snapshots.FindManifest(_parent) is { } below)
        {
            await Task.Run(
                () => CopiedHashes.Note(root, LayerManifest.ReadVerified(_layout.Manifest(below.Tree), below.Manifest), hashes, cancellationToken),
                cancellationToken).ConfigureAwait(false);
        }

        ApplyOptions how = extractor.ApplyOptions(WhiteoutMode.Delete) with { Hashes = hashes };
        LayerApplyResult result = await extractor.ExtractAsync(layer, root, how, cancellationToken).ConfigureAwait(false);
        (Manifest, _usage) = await Task.Run(
            () => ManifestBuilder.Write(root, ManifestPath, (_, status) => hashes.Find(status.Inode), result.NotedOwners, rootMarks: null, cancellationToken),
            cancellationToken).ConfigureAwait(false);
        how.Memory.Release();
    }

    /// <summary>Makes it a committed snapshot, durably.</summary>
    /// <param name="name">Its name, the chain ID.</param>
    /// <param name="labels">Its labels.</param>
    /// <param name="cancellationToken">Cancels before it is visible.</param>
    public async Task CommitAsync(string name, IReadOnlyDictionary<string, string> labels, CancellationToken cancellationToken)
    {
        await _snapshots.CommitAsync(name, _key, labels, parent: null, (Manifest!, _usage), cancellationToken).ConfigureAwait(false);
        _isCommitted = true;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (!_isCommitted)
        {
            await Undo.TryAsync(() => _snapshots.RemoveAsync(_key, CancellationToken.None)).ConfigureAwait(false);
        }
    }
}
