using LayerStore.Images;
using Snapshotter.Layers.Apply;
using Snapshotter.Layers.Complete;
using Snapshotter.Layers.Manifest;
using Snapshotter.Linux;
using Snapshotter.Snapshots;

namespace Snapshotter.Layers.Unpack;

/// <summary>Fills a draft with one layer of an image: the files, what a loose layer lacks, and the layer's manifest.</summary>
internal sealed class DraftFiller
{
    private readonly ILayerSnapshotter _snapshots;
    private readonly ImageView _image;
    private readonly int _index;
    private readonly ApplyOptions _how;
    private readonly ContentHashes _hashes = new();
    private LayerApplyResult? _result;

    private DraftFiller(ILayerSnapshotter snapshots, ImageView image, int index, LayerExtractor extractor, LayerDraft draft)
    {
        _snapshots = snapshots;
        _image = image;
        _index = index;
        _how = extractor.ApplyOptions(WhiteoutMode.Overlay) with { OverlayXattrNamespace = snapshots.OverlayXattrNamespace, Hashes = _hashes };
        Draft = draft;
    }

    /// <summary>The draft. It stays whoever's calls <see cref="LayerDraft.DisposeAsync"/> on it.</summary>
    public LayerDraft Draft { get; }

    /// <summary>Whether it must still be completed on top of what is below it.</summary>
    public bool IsLoose => _result!.IsLoose;

    /// <summary>Extracts a layer. One that is not loose is finished then.</summary>
    /// <param name="snapshots">Where the draft comes from.</param>
    /// <param name="image">The image.</param>
    /// <param name="index">Which of its layers, from the base.</param>
    /// <param name="extractor">How to extract.</param>
    /// <param name="begun">Is given the draft as soon as there is one, also if this fails later.</param>
    /// <param name="cancellationToken">Cancels.</param>
    public static async Task<DraftFiller> ExtractAsync(
        ILayerSnapshotter snapshots, ImageView image, int index, LayerExtractor extractor, Action<LayerDraft> begun, CancellationToken cancellationToken)
    {
        LayerDraft draft = await snapshots.BeginLayerAsync(cancellationToken).ConfigureAwait(false);
        begun(draft);
        DraftFiller filler = new(snapshots, image, index, extractor, draft);
        using RootDirectory root = RootDirectory.Open(draft.Directory);
        LayerApplyResult result = filler._result = await extractor.ExtractAsync(image.Layers[index], root, filler._how, cancellationToken).ConfigureAwait(false);
        draft.HasRootEntry = result.HasRootEntry;
        draft.HasOpaqueRoot = result.HasOpaqueRoot;
        draft.IsChainBound = result.IsLoose || result.HasSquashedOwners || extractor.LeavesOut;
        if (!result.IsLoose)
        {
            await filler.WriteManifestAsync(cancellationToken).ConfigureAwait(false);
        }

        return filler;
    }

    /// <summary>Completes a loose layer on top of what is below it, whose snapshot must be there: it says how those layers stack.</summary>
    public async Task CompleteAsync(CancellationToken cancellationToken)
    {
        using RootDirectory layer = RootDirectory.Open(Draft.Directory);
        _hashes.Changed();
        if (_index == 0)
        {
            LooseLayerCompleter.Complete(layer, _result!, parents: null, _how);
        }
        else
        {
            string parent = _image.Layers[_index - 1].ChainId.ToString();
            SnapshotStack below = await _snapshots.StackAsync(parent, cancellationToken).ConfigureAwait(false);
            using StackView view = StackView.Open(below.Lowers, _snapshots.OverlayXattrNamespace, empty: below.Empty);
            LooseLayerCompleter.Complete(layer, _result!, view.Root, _how);
        }

        await WriteManifestAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Notes what the finished tree holds, and measures it in the same walk.</summary>
    private Task WriteManifestAsync(CancellationToken cancellationToken) => Task.Run(
        () =>
        {
            using RootDirectory tree = RootDirectory.Open(Draft.Directory);
            (Draft.ManifestDigest, Draft.Usage) = ManifestBuilder.Write(
                tree,
                Draft.ManifestPath,
                (_, status) => _hashes.Find(status.Inode),
                _result!.NotedOwners,
                Draft.HasRootEntry ? null : new OverlayXattrs(_snapshots.OverlayXattrNamespace),
                cancellationToken,
                _hashes.FindState);
            _hashes.Clear();
            _how.Memory.Release();
        },
        cancellationToken);
}
