using LayerStore;
using LayerStore.Tar;
using Snapshotter.Layers.Apply;

namespace Snapshotter.Erofs;

/// <summary>
/// A layer as a file system that is not extracted: names and metadata are in a small EROFS image, and the content of each file stays where it is in
/// the layer's uncompressed tar, which the image names as its device.
/// </summary>
/// <remarks>
/// The image's root holds one directory, <see cref="WrapperName"/>, which is the layer's root: an empty mount point can never be taken for an empty layer.
/// Whiteouts are overlay's: a character device 0:0, and an xattr on an opaque directory (kernel: overlayfs.rst, "whiteouts and opaque directories").
/// <para>The kernel believes an image: it looks for no chunk that lies outside of its device. Only what was written here may be mounted.</para>
/// </remarks>
internal sealed class ErofsLayer
{
    /// <summary>The directory in the image's root that is the layer's root.</summary>
    public const string WrapperName = "fs";

    private readonly IReadOnlyList<ErofsInode> _inodes;
    private readonly ErofsDirectory _root;
    private readonly long _dataEnd;

    /// <param name="inodes">All files, in the order in which they stand in the image: the image's root, the layer's, and the others.</param>
    /// <param name="root">The layer's root.</param>
    /// <param name="dataEnd">Where the last content in the tar ends, with the zeros behind it.</param>
    internal ErofsLayer(IReadOnlyList<ErofsInode> inodes, ErofsDirectory root, long dataEnd)
    {
        _inodes = inodes;
        _root = root;
        _dataEnd = dataEnd;
    }

    /// <summary>Whether an entry sets the root directory's own metadata; else it is 0755, root's, of time 0.</summary>
    public required bool HasRootEntry { get; init; }

    /// <summary>Whether the layer hides all that is below it, which overlay has no mark for.</summary>
    public bool HasOpaqueRoot => _root.IsOpaque;

    /// <summary>Entries in the tar.</summary>
    public required long Entries { get; init; }

    /// <summary>Files that the layer has, its root and whiteouts included; one with several names counts once.</summary>
    public long Inodes => _inodes.Count - 1;

    /// <summary>Reads a whole layer. Contents are passed over.</summary>
    /// <param name="tar">At its start; afterwards at its end, or anywhere if the layer is not plain.</param>
    /// <param name="options">How the layer would be applied.</param>
    /// <param name="cancellationToken">Stops.</param>
    /// <returns>
    /// Null if the layer is not plain: what it makes depends on layers below, or on rules that only <see cref="LayerApplier"/> knows, or a limit is
    /// reached. Then it must be applied, which gives the error if there is one.
    /// </returns>
    /// <exception cref="LayerStoreException"><see cref="ErrorKind.DataLoss"/>: what the applier refuses as well.</exception>
    public static ErofsLayer? TryRead(TarReader tar, ApplyOptions options, CancellationToken cancellationToken)
    {
        MemoryBudget memory = options.Memory.Part();
        ErofsLayer? layer = null;
        try
        {
            layer = ErofsLayerReader.CanRead(options) ? new ErofsLayerReader(options with { Memory = memory }).TryRead(tar, cancellationToken) : null;
            return layer;
        }
        finally
        {
            if (layer is null)
            {
                memory.Release();
            }
        }
    }

    /// <summary>Writes the image. The same layer gives the same bytes.</summary>
    /// <param name="image">Takes the image; it is written from its start to its end.</param>
    /// <param name="dataBytes">The length of the tar, with what stands behind its end mark.</param>
    /// <exception cref="ArgumentOutOfRangeException">The tar is shorter than what was read.</exception>
    public void WriteImage(Stream image, long dataBytes)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(dataBytes, _dataEnd);
        long blocks = ErofsLayout.LayOut(_inodes);
        new ErofsImageWriter(image).Write(_inodes, blocks, dataBytes);
    }
}
