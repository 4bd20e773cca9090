using LayerStore;
using LayerStore.Content;
using Snapshotter.Layers.Unpack;
using Snapshotter.Linux;
using Snapshotter.Snapshots;
using Snapshotter.Snapshots.Database;

namespace Snapshotter.Layers.Check;

/// <summary>The unpacked images of a driver whose snapshots are whole trees, each made again as a snapshot on its parent that is removed afterwards.</summary>
internal sealed class WholeTreeMaker(StoreLayout layout, DirectorySnapshotter snapshots, CopySources sources) : ITreeMaker
{
    /// <inheritdoc/>
    public OverlayXattrs Overlay { get; } = new("trusted");

    /// <inheritdoc/>
    public Task<IReadOnlyList<CheckedTree>> ListAsync(CancellationToken cancellationToken)
    {
        // By number, a parent comes before what was copied from it.
        List<CheckedTree> trees = [];
        foreach (TreeUser user in snapshots.Trees.FindUsers())
        {
            if (user.Manifest is not null && Digest.TryParse(user.Key, out Digest? chainId))
            {
                trees.Add(new CheckedTree(user.Tree, CheckSubject.Snapshot, chainId, user.Manifest, Image: null, user.Bytes));
            }
        }

        return Task.FromResult<IReadOnlyList<CheckedTree>>(trees);
    }

    /// <inheritdoc/>
    public Task<bool> MakeAsync(CheckedTree tree, Func<TreeCopy, bool> use, CancellationToken cancellationToken) =>
        sources.TryAsync(diffId: null, tree.Id, async (image, index, extractor) =>
        {
            string? parent = index == 0 ? null : image.Layers[index - 1].ChainId.ToString();
            // Nobody collects during a repair; what a killed one leaves is garbage, for there is no such lease.
            WholeTreeDraft draft = await WholeTreeDraft.BeginAsync(layout, snapshots, parent, lease: "repair", cancellationToken).ConfigureAwait(false);
            await using (draft.ConfigureAwait(false))
            {
                await draft.FillAsync(image.Layers[index], extractor, cancellationToken).ConfigureAwait(false);
                return use(new TreeCopy(draft.Directory, draft.ManifestPath, draft.Manifest!));
            }
        }, cancellationToken);
}
