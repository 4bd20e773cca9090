using LayerStore.Content;
using Snapshotter.Linux;
using Snapshotter.Snapshots.Trees;

namespace Snapshotter.Snapshots.Overlay;

/// <summary>A layer that is being written, or the upper of a snapshot that is to become one.</summary>
internal sealed class OverlayLayerDraft : LayerDraft
{
    private static long s_count;

    private readonly StoreLayout _layout;
    private readonly TreeStore _trees;
    private readonly DirectoryHandle _syncHandle;
    private readonly FreezeLock? _freeze;
    private bool _disposed;

    /// <param name="layout">The store.</param>
    /// <param name="trees">The store's trees.</param>
    /// <param name="tree">The tree's number.</param>
    /// <param name="syncHandle">Opened before the first write into the tree; disposed with the draft.</param>
    /// <param name="freeze">For the upper of a snapshot, its lock; disposed with the draft.</param>
    public OverlayLayerDraft(StoreLayout layout, TreeStore trees, long tree, DirectoryHandle syncHandle, FreezeLock? freeze)
    {
        _layout = layout;
        _trees = trees;
        _syncHandle = syncHandle;
        _freeze = freeze;
        Tree = tree;
        Order = Interlocked.Increment(ref s_count);
    }

    /// <inheritdoc/>
    public override long Tree { get; }

    /// <inheritdoc/>
    public override string Directory => _layout.Tree(Tree);

    /// <inheritdoc/>
    public override string ManifestPath => _layout.Manifest(Tree);

    /// <summary>Whether it is the upper of a snapshot.</summary>
    public bool IsFrozen => _freeze is not null;

    /// <summary>Counts drafts: the sync handle of one was opened before anything was written into later ones.</summary>
    public long Order { get; }

    /// <summary>Whether the tree is no longer this draft's to remove.</summary>
    public bool IsPublished { get; set; }

    /// <summary>The handle for syncfs: write-back errors since it was opened are reported through it (syncfs(2), since Linux 5.8).</summary>
    public DirectoryHandle SyncHandle
    {
        get
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            return _syncHandle;
        }
    }

    /// <summary>Whether it came from this store object.</summary>
    public bool BelongsTo(TreeStore trees) => ReferenceEquals(trees, _trees);

    /// <inheritdoc/>
    public override ValueTask DisposeAsync()
    {
        if (_disposed)
        {
            return ValueTask.CompletedTask;
        }

        _disposed = true;
        _syncHandle.Dispose();
        if (!IsPublished && _freeze is null)
        {
            _trees.Discard(Tree);
        }
        else if (!IsPublished)
        {
            TrustedFile.Discard(ManifestPath);
        }

        _freeze?.Dispose();
        return ValueTask.CompletedTask;
    }
}
