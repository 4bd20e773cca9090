using Snapshotter.Layers.Unpack;
using Snapshotter.Linux;
using Snapshotter.Snapshots;

namespace Snapshotter.Layers.Check;

/// <summary>The shared layers of a store, each made again as a draft that is thrown away afterwards.</summary>
internal sealed class LayerMaker(ILayerSnapshotter snapshots, CopySources sources) : ITreeMaker
{
    private readonly Dictionary<long, LayerInfo> _layers = [];

    /// <inheritdoc/>
    public OverlayXattrs Overlay { get; } = new(snapshots.OverlayXattrNamespace);

    /// <inheritdoc/>
    public async Task<IReadOnlyList<CheckedTree>> ListAsync(CancellationToken cancellationToken)
    {
        List<CheckedTree> trees = [];

        // First those that stand alone, for the others are completed on top of them.
        IReadOnlyList<LayerInfo> layers = await snapshots.ListLayersAsync(cancellationToken).ConfigureAwait(false);
        foreach (LayerInfo layer in layers.OrderBy(layer => layer.CompletedFor is not null).ThenBy(layer => layer.Tree))
        {
            _layers[layer.Tree] = layer;
            trees.Add(new CheckedTree(layer.Tree, CheckSubject.Layer, layer.DiffId, layer.ManifestDigest, layer.ImageDigest, layer.Usage.Bytes));
        }

        return trees;
    }

    /// <inheritdoc/>
    public Task<bool> MakeAsync(CheckedTree tree, Func<TreeCopy, bool> use, CancellationToken cancellationToken) =>
        sources.TryAsync(tree.Id, _layers[tree.Tree].CompletedFor, async (image, index, extractor) =>
        {
            LayerDraft? draft = null;
            try
            {
                using DraftFiller filler = await DraftFiller
                    .ExtractAsync(snapshots, image, index, extractor, makesImage: tree.Image is not null, begun => draft = begun, cancellationToken).ConfigureAwait(false);
                if (filler.IsLoose)
                {
                    await filler.CompleteAsync(cancellationToken).ConfigureAwait(false);
                }

                return use(new TreeCopy(filler.Draft.Directory, filler.Draft.ManifestPath, filler.Draft.ManifestDigest, filler.Draft.ImageDigest));
            }
            finally
            {
                if (draft is not null)
                {
                    await draft.DisposeAsync().ConfigureAwait(false);
                }
            }
        }, cancellationToken);
}
