using LayerStore;
using LayerStore.Tar;
using Microsoft.Win32.SafeHandles;
using Snapshotter.Linux;

namespace Snapshotter.Layers.Apply;

/// <summary>
/// Writes a layer as the directory that unpacking its tar would give, by the same rules and code, without the tar: contents
/// are shared with the files they come from where the file system can (reflink), else copied in the kernel. Never hard linked:
/// the files may still be written to.
/// </summary>
internal sealed class TreeLayerSink : ILayerSink, IDisposable
{
    private readonly RootDirectory _root;
    private readonly LayerApplier _applier;

    public TreeLayerSink(string directory, ApplyOptions options)
    {
        _root = RootDirectory.Open(directory);
        _applier = new LayerApplier(_root, options);
    }

    /// <summary>What was written; set by <see cref="Finish"/>.</summary>
    public LayerApplyResult? Result { get; private set; }

    /// <inheritdoc/>
    public void Add(TarEntry entry, SafeFileHandle? content) => _applier.Add(entry, file => Copy(entry, content!, file));

    /// <inheritdoc/>
    public void AddWhiteout(ByteString path)
    {
        (ByteString directory, ByteString name) = LayerPath.Split(path);
        _applier.AddWhiteout(directory, ByteString.Concat(LayerPath.WhiteoutPrefix, name.Span));
    }

    /// <inheritdoc/>
    public void Finish() => Result = _applier.Finish();

    /// <inheritdoc/>
    public void Dispose()
    {
        _applier.Dispose();
        _root.Dispose();
    }

    private static void Copy(TarEntry entry, SafeFileHandle content, SafeFileHandle file)
    {
        if (entry.Size > 0)
        {
            FileCopy.Copy(content, file, entry.Size);
        }
    }
}
