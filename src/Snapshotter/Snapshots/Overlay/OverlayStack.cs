using Snapshotter.Snapshots.Database;

namespace Snapshotter.Snapshots.Overlay;

/// <summary>Which of a chain's trees overlay is given as lower directories.</summary>
/// <param name="Lowers">The trees, topmost first.</param>
/// <param name="Root">The tree whose root directory's metadata are the image's; null if no layer has an entry for it.</param>
internal sealed record OverlayStack(IReadOnlyList<TreeRow> Lowers, TreeRow? Root)
{
    /// <summary>Applies the rules that layers without known parents need.</summary>
    /// <param name="chain">The trees from the topmost to the base.</param>
    /// <remarks>
    /// A tree twice in the chain makes overlay answer ELOOP; all that the lower occurrence shows is in the upper one too. The
    /// kernel ignores an opaque mark on a layer's root, so the chain ends there. Neither changes whose root entry is the last.
    /// </remarks>
    public static OverlayStack Of(IEnumerable<TreeRow> chain)
    {
        HashSet<long> seen = [];
        List<TreeRow> lowers = [];
        TreeRow? root = null;
        bool hidden = false;
        foreach (TreeRow tree in chain)
        {
            if (root is null && tree.HasRootEntry)
            {
                root = tree;
            }

            if (!hidden && seen.Add(tree.Id))
            {
                lowers.Add(tree);
            }

            hidden |= tree.HasOpaqueRoot;
        }

        return new OverlayStack(lowers, root);
    }
}
