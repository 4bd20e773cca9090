using LayerStore;
using LayerStore.Tar;
using Snapshotter.Layers;
using Snapshotter.Layers.Apply;
using Snapshotter.Linux;

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
    private readonly IReadOnlyList<(ByteString Path, ErofsDirectory Directory)> _implied;
    private readonly long _dataEnd;

    /// <param name="inodes">All files, in the order in which they stand in the image: the image's root, the layer's, and the others.</param>
    /// <param name="root">The layer's root.</param>
    /// <param name="implied">The directories that have no entry, each after the one that it is in.</param>
    /// <param name="dataEnd">Where the last content in the tar ends, with the zeros behind it.</param>
    internal ErofsLayer(IReadOnlyList<ErofsInode> inodes, ErofsDirectory root, IReadOnlyList<(ByteString Path, ErofsDirectory Directory)> implied, long dataEnd)
    {
        _inodes = inodes;
        _root = root;
        _implied = implied;
        _dataEnd = dataEnd;
    }

    /// <summary>Whether an entry sets the root directory's own metadata; else it is 0755, root's, of time 0.</summary>
    public required bool HasRootEntry { get; init; }

    /// <summary>Whether the layer hides all that is below it, which overlay has no mark for.</summary>
    public bool HasOpaqueRoot => _root.IsOpaque;

    /// <summary>Whether directories are to be taken from the layers below before the image is written (<see cref="TryComplete"/>): such a layer is not shared.</summary>
    public bool IsLoose => _implied.Count > 0;

    /// <summary>The paths of those directories; until they are completed they are 0755, root's, of time 0.</summary>
    public IEnumerable<ByteString> ImpliedDirectories => _implied.Select(static one => one.Path);

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

    /// <summary>Gives the directories that have no entry the metadata that they have below.</summary>
    /// <param name="lower">What the layers below show together.</param>
    /// <returns>False if one of them is not a directory there, or an image cannot have what it has: then the layer must be applied.</returns>
    public bool TryComplete(RootDirectory lower)
    {
        foreach ((ByteString path, ErofsDirectory directory) in _implied)
        {
            using DirectoryHandle? below = lower.TryOpenRealDirectory(path);
            IReadOnlyList<Xattr> xattrs = below is null ? [] : HostXattrs.Without(below.ListXattrs(null));
            if (below is null || !ErofsXattrs.CanHold(TarEntryType.Directory, xattrs))
            {
                return false;
            }

            FileStatus status = below.Stat();
            directory.Mode = (ushort)(ErofsMode.S_IFDIR | status.Mode);
            directory.UserId = status.UserId;
            directory.GroupId = status.GroupId;
            directory.ModifiedAt = status.ModifiedAt;
            directory.Xattrs = [.. xattrs, .. directory.Xattrs];
        }

        return true;
    }

    /// <summary>Writes the image. The same layer gives the same bytes.</summary>
    /// <param name="image">Takes the image; it is written from its start to its end.</param>
    /// <param name="dataBytes">The length of the tar, with what stands behind its end mark.</param>
    /// <param name="uuid">The file system's UUID, 16 bytes, not all of them zero, and unlike those of other lower layers of an overlay: without that, overlay
    /// finds no origin of what it copied up, and hard links made in a mount look like two files until it is mounted again.</param>
    /// <exception cref="ArgumentOutOfRangeException">The tar is shorter than what was read.</exception>
    public void WriteImage(Stream image, long dataBytes, ReadOnlySpan<byte> uuid)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(dataBytes, _dataEnd);
        long blocks = ErofsLayout.LayOut(_inodes);
        new ErofsImageWriter(image).Write(_inodes, blocks, dataBytes, uuid);
    }
}
