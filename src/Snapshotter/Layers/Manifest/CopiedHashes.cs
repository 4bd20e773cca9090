using Snapshotter.Layers.Diff;
using Snapshotter.Linux;

namespace Snapshotter.Layers.Manifest;

/// <summary>Takes the hashes of a copied tree's files from the manifest of what it was copied from.</summary>
internal static class CopiedHashes
{
    /// <summary>Notes them, before anything in the copy is changed. A file that is not as long as the manifest says is left out, and read later.</summary>
    /// <param name="copy">The copy.</param>
    /// <param name="manifest">The verified manifest of the original.</param>
    /// <param name="hashes">Takes them.</param>
    /// <param name="cancellationToken">Stops.</param>
    public static void Note(RootDirectory copy, byte[] manifest, ContentHashes hashes, CancellationToken cancellationToken)
    {
        ManifestReader expected = new(manifest);
        ManifestEntry? entry = expected.Next();
        TreeWalk.Visit(
            new TreeDirectory(copy.OpenSelf()),
            (path, item) =>
            {
                while (entry is not null && LayerPath.CompareInTreeOrder(entry.Path.Span, path.Span) < 0)
                {
                    entry = expected.Next();
                }

                if (entry is { Type: FileType.RegularFile, LinkOf: null } && entry.Path == path
                    && item.Status.Type == FileType.RegularFile && item.Status.Size == entry.Size)
                {
                    hashes.Note(item.Status.Inode, entry.ContentHash.Span);
                }
            },
            cancellationToken);
    }
}
