using LayerStore.Transports.DockerArchive;
using LayerStore.Transports.OciArchive;
using LayerStore.Transports.OciDirectory;

namespace LayerStore.Transports;

/// <summary>Opens what a <see cref="TransportReference"/> names.</summary>
public static class ImageTransports
{
    /// <summary>Opens an image for reading. Whether it exists shows when it is resolved.</summary>
    /// <param name="reference">What to open.</param>
    /// <param name="limits">What it may ask for; null for the defaults.</param>
    /// <exception cref="ArgumentException">The reference names an image in a store.</exception>
    public static IImageSource OpenSource(TransportReference reference, Limits? limits = null)
    {
        ArgumentNullException.ThrowIfNull(reference);
        limits ??= Limits.Default;
        return reference.Kind switch
        {
            TransportKind.OciDirectory => new OciDirectorySource(reference, limits),
            TransportKind.OciArchive => new OciArchiveSource(reference, limits),
            TransportKind.DockerArchive => new DockerArchiveSource(reference, limits),
            _ => throw new ArgumentException($"{reference} is not outside of a store.", nameof(reference)),
        };
    }

    /// <summary>Opens a place for writing. Nothing is made there before the first blob.</summary>
    /// <exception cref="ArgumentException">The reference names an image in a store.</exception>
    /// <exception cref="LayerStoreException"><see cref="ErrorKind.InvalidArgument"/>: the tag is no valid ref name or reference.</exception>
    public static IImageSink OpenSink(TransportReference reference)
    {
        ArgumentNullException.ThrowIfNull(reference);
        return reference.Kind switch
        {
            TransportKind.OciDirectory => new OciDirectorySink(reference),
            TransportKind.OciArchive => new OciArchiveSink(reference),
            TransportKind.DockerArchive => new DockerArchiveSink(reference),
            _ => throw new ArgumentException($"{reference} is not outside of a store.", nameof(reference)),
        };
    }
}
