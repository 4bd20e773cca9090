using LayerStore;
using Snapshotter.Linux;

namespace Snapshotter.Layers.Diff;

/// <summary>A name in a directory of the newer tree.</summary>
/// <param name="Name">The name.</param>
/// <param name="Status">What it is, without following it.</param>
/// <param name="Source">Where it was found.</param>
/// <param name="IsWhiteout">Whether it says that the older tree's file of this name is gone, and is no file itself.</param>
internal readonly record struct DiffItem(ByteString Name, FileStatus Status, DirectoryHandle Source, bool IsWhiteout)
{
    /// <summary>Whether a layer can hold it: a socket has no form in a tar.</summary>
    public bool IsInLayer => !IsWhiteout && Status.Type != FileType.Socket;
}
