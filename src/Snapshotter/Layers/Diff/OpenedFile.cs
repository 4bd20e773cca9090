using LayerStore;
using LayerStore.Tar;
using Microsoft.Win32.SafeHandles;
using Snapshotter.Linux;

namespace Snapshotter.Layers.Diff;

/// <summary>What stat does not say of a file that is no directory.</summary>
/// <param name="Xattrs">Its attributes, ordered bytewise by name.</param>
/// <param name="Content">The file, open for reading; null if it has no content: an empty file, or no regular one.</param>
internal readonly record struct OpenedFile(IReadOnlyList<Xattr> Xattrs, SafeFileHandle? Content) : IDisposable
{
    /// <summary>Opens a file only if it has something to read.</summary>
    /// <param name="directory">Where it is.</param>
    /// <param name="name">Its name there.</param>
    /// <param name="status">What was found there.</param>
    /// <param name="wanted">Which attributes to read; null reads all.</param>
    public static OpenedFile Open(DirectoryHandle directory, ByteString name, FileStatus status, XattrFilter? wanted = null)
    {
        if (status.Type != FileType.RegularFile || status.Size == 0)
        {
            return new OpenedFile(directory.ListXattrs(name, wanted), null);
        }

        SafeFileHandle content = directory.OpenRead(name);
        try
        {
            return new OpenedFile(FileXattrs.List(content, wanted, name), content);
        }
        catch
        {
            content.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public void Dispose() => Content?.Dispose();
}
