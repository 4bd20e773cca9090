using Snapshotter.Linux;

namespace Snapshotter.Layers.Check;

/// <summary>Knows the trees that were unpacked, and makes one again from the blobs that are here. Each driver has its own.</summary>
internal interface ITreeMaker
{
    /// <summary>What overlay's marks are called in the trees.</summary>
    OverlayXattrs Overlay { get; }

    /// <summary>The trees, in an order in which each can be made again once those before it are sound.</summary>
    Task<IReadOnlyList<CheckedTree>> ListAsync(CancellationToken cancellationToken);

    /// <summary>Makes a tree again and hands it out, until one copy is taken. What is left of the copies goes.</summary>
    /// <param name="tree">The tree.</param>
    /// <param name="use">Takes from a copy; false if it is not the right one, for a layer can be unpacked in several ways.</param>
    /// <param name="cancellationToken">Cancels.</param>
    /// <returns>Whether a copy was taken: false if there is no sound blob either.</returns>
    Task<bool> MakeAsync(CheckedTree tree, Func<TreeCopy, bool> use, CancellationToken cancellationToken);
}
