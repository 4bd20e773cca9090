using LayerStore;
using LayerStore.Tar;
using Microsoft.Win32.SafeHandles;
using Snapshotter.Linux;

namespace Snapshotter.Layers.Diff;

/// <summary>What stat does not say of a file that is no directory.</summary>
/// <param name="Xattrs">Its attributes, ordered bytewise by name.</param>
/// <param name="LinkName">A symbolic link's target; else empty.</param>
/// <param name="Content">What it holds, open for reading; null if that is nothing: an empty file, or no regular one.</param>
/// <param name="IsReadElsewhere">Whether the content is not read from the file itself.</param>
internal readonly record struct OpenedFile(IReadOnlyList<Xattr> Xattrs, ByteString LinkName, SafeFileHandle? Content, bool IsReadElsewhere = false) : IDisposable
{
    /// <summary>Opens a file only if it has something to read.</summary>
    /// <param name="directory">Where it is.</param>
    /// <param name="name">Its name there.</param>
    /// <param name="status">What was found there.</param>
    /// <param name="wanted">Which attributes to read; null reads all.</param>
    /// <exception cref="LayerStoreException"><see cref="ErrorKind.Aborted"/>: it is not what was found.</exception>
    public static OpenedFile Open(DirectoryHandle directory, ByteString name, FileStatus status, XattrFilter? wanted = null)
    {
        if (status.Type != FileType.RegularFile || status.Size == 0)
        {
            ByteString linkName = status.Type == FileType.SymbolicLink ? directory.ReadLink(name) : ByteString.Empty;
            return new OpenedFile(directory.ListXattrs(name, wanted), linkName, null);
        }

        SafeFileHandle content = directory.OpenUnchecked(name);
        try
        {
            ChangedFile.ThrowIfChanged(name, status, FileOperations.Stat(content, name));
            return new OpenedFile(FileXattrs.List(content, wanted, name), ByteString.Empty, content);
        }
        catch
        {
            content.Dispose();
            throw;
        }
    }

    /// <summary>Throws if the content changed while it was read.</summary>
    /// <exception cref="LayerStoreException"><see cref="ErrorKind.Aborted"/>.</exception>
    public void ThrowIfChanged(ByteString path, DiffItem found)
    {
        if (Content is not null)
        {
            ChangedFile.ThrowIfChanged(path, found.Status, IsReadElsewhere ? found.Source.TryStat(found.Name) : FileOperations.Stat(Content, path));
        }
    }

    /// <inheritdoc/>
    public void Dispose() => Content?.Dispose();
}
