using LayerStore;
using LayerStore.Tar;
using Snapshotter.Layers.Diff;
using Snapshotter.Linux;

namespace Snapshotter.Layers;

/// <summary>The differ alone, on two directories and without a store.</summary>
public static class LayerDiff
{
    /// <summary>Writes the uncompressed layer that turns one directory tree into another.</summary>
    /// <param name="lower">The older tree; null makes a base layer of the newer one.</param>
    /// <param name="upper">The newer tree: a plain directory or a mount, not an overlay upper.</param>
    /// <param name="output">Gets the tar; it stays the caller's.</param>
    /// <param name="latest">Later modification times are written as this one; null keeps all.</param>
    /// <param name="warn">Told what a layer cannot hold and is left out.</param>
    /// <param name="cancellationToken">Stops.</param>
    /// <exception cref="LayerStoreException"><see cref="ErrorKind.NotFound"/>: no such directory;
    /// <see cref="ErrorKind.Aborted"/>: a file changed while it was read; <see cref="ErrorKind.FailedPrecondition"/>:
    /// not a directory, or something in the tree has no form in a layer.</exception>
    public static void Write(
        string? lower, string upper, Stream output, Timestamp? latest = null, Action<string>? warn = null, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(upper);
        ArgumentNullException.ThrowIfNull(output);
        using RootDirectory? older = lower is null ? null : Open(lower);
        using RootDirectory newer = Open(upper);
        ILayerSink sink = LatestTimeSink.Limit(new TarLayerSink(output), latest);
        new TreeDiffer(older, newer) { Observer = new DiffObserver { Warn = warn } }.WriteTo(sink, cancellationToken);
    }

    private static RootDirectory Open(string path)
    {
        try
        {
            return RootDirectory.Open(path);
        }
        catch (LinuxException e) when (e.Errno == Errno.ENOTDIR)
        {
            throw new LayerStoreException(ErrorKind.FailedPrecondition, $"{Printable.Text(path)} is not a directory", "Name two directories. To apply a layer, use: layerstore layer apply");
        }
    }
}
