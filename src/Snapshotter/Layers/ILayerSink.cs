using LayerStore;
using LayerStore.Tar;
using Microsoft.Win32.SafeHandles;

namespace Snapshotter.Layers;

/// <summary>
/// Takes one layer, entry by entry in canonical order: parents first; the names of a directory ordered bytewise, each
/// followed by what is in it; in each directory the whiteouts before everything else; a hard link after its target,
/// which is always in the same layer.
/// </summary>
/// <remarks>
/// Paths are relative to the image's root and clean: no <c>./</c>, no slash at either end; the root itself is the empty
/// path. A sink that fails throws, and gets nothing more.
/// </remarks>
internal interface ILayerSink
{
    /// <summary>Adds a file of any type.</summary>
    /// <param name="entry">Everything about it but its content.</param>
    /// <param name="content">For a regular file that is not empty, <see cref="TarEntry.Size"/> bytes from offset 0; else null. It stays the caller's, and is read by
    /// offset (pread), so that several sinks can read it and a tree can reflink it.</param>
    /// <exception cref="LayerStoreException"><see cref="ErrorKind.Aborted"/>: the content ended before its size.</exception>
    void Add(TarEntry entry, SafeFileHandle? content);

    /// <summary>Says that what the layers below have at this path is gone.</summary>
    void AddWhiteout(ByteString path);

    /// <summary>Ends the layer.</summary>
    void Finish();
}
