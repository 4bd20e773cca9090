using System.Security.Cryptography;
using System.Text;
using LayerStore;
using LayerStore.Images;
using LayerStore.Tar;
using Microsoft.Win32.SafeHandles;
using Snapshotter.Erofs;
using Snapshotter.Layers.Apply;
using Snapshotter.Layers.Commit;
using Snapshotter.Linux;
using Snapshotter.Snapshots;
using Snapshotter.Snapshots.Images;
using Snapshotter.Snapshots.Trees;

namespace Snapshotter.Layers.Unpack;

/// <summary>Fills a draft with a layer's tar and the EROFS image that shows it: no file is made for what is in the layer.</summary>
internal sealed class ImageFiller : IDisposable
{
    private const uint FileMode = 0x180; // rw-------
    private const uint DirectoryMode = 0x1c0; // rwx------

    private static readonly ByteString s_data = ByteString.FromText(ImageFiles.Data);
    private static readonly ByteString s_image = ByteString.FromText(ImageFiles.FileSystem);
    private static readonly ByteString s_mountPoint = ByteString.FromText(ImageFiles.MountPoint);

    private readonly LayerDraft _draft;
    private readonly SafeFileHandle _tar;
    private readonly long _length;
    private ErofsLayer? _layer;

    private ImageFiller(LayerDraft draft, SafeFileHandle tar, ErofsLayer? layer, long length)
    {
        _draft = draft;
        _tar = tar;
        _layer = layer;
        _length = length;
    }

    /// <summary>The layer's tar, whole and verified. If <see cref="IsPlain"/> is false it is a file without a name.</summary>
    public SafeFileHandle Tar => _tar;

    /// <summary>Whether an image can show the layer, as far as is known.</summary>
    public bool IsPlain => _layer is not null;

    /// <summary>Whether <see cref="TryComplete"/> must come before <see cref="WriteImage"/>.</summary>
    public bool IsLoose => _layer is { IsLoose: true };

    /// <summary>Copies a layer's tar into a draft.</summary>
    /// <param name="draft">The draft, empty.</param>
    /// <param name="layer">The layer.</param>
    /// <param name="extractor">Reads and verifies it.</param>
    /// <param name="how">How it would be extracted.</param>
    /// <param name="cancellationToken">Cancels.</param>
    public static async Task<ImageFiller> CopyAsync(
        LayerDraft draft, ImageLayer layer, LayerExtractor extractor, ApplyOptions how, CancellationToken cancellationToken)
    {
        using DirectoryHandle directory = TrustedDirectory.Open(draft.Directory);
        SafeFileHandle tar = directory.CreateReadWrite(s_data, FileMode);
        try
        {
            (ErofsLayer? plain, long length) = await extractor.CopyAsync(layer, tar, how, cancellationToken).ConfigureAwait(false);
            ImageFiller filler = new(draft, tar, plain, length);
            if (plain is null)
            {
                filler.GiveUp();
            }

            return filler;
        }
        catch
        {
            tar.Dispose();
            throw;
        }
    }

    /// <summary>Takes what the layer leaves to those below it. False: an image cannot show it after all.</summary>
    public bool TryComplete(RootDirectory lower) => _layer!.TryComplete(lower);

    /// <summary>Writes the image, and says in the draft what it is.</summary>
    /// <param name="layer">The layer. Its digests are the source of the UUID: a stack may have one twice, completed for two places.</param>
    public void WriteImage(ImageLayer layer)
    {
        Span<byte> uuid = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(Encoding.ASCII.GetBytes((IsLoose ? layer.ChainId : layer.DiffId).ToString()), uuid);
        using DirectoryHandle directory = TrustedDirectory.Open(_draft.Directory);
        using (FileStream file = new(directory.CreateFile(s_image, FileMode), FileAccess.Write, bufferSize: 1 << 20))
        using (DigestingWriteStream digesting = new(file))
        {
            _layer!.WriteImage(digesting, _length, uuid[..16]);
            _draft.ImageDigest = digesting.Current();
        }

        directory.MakeDirectory(s_mountPoint, DirectoryMode);

        // Whoever writes to it later changes this time: that is how a check finds what to read.
        FileOperations.SetTimes(_tar, null, Timestamp.Epoch, s_data);
        _draft.HasRootEntry = _layer.HasRootEntry;
        _draft.HasOpaqueRoot = _layer.HasOpaqueRoot;
        _draft.IsChainBound = _layer.IsLoose;
    }

    /// <summary>Leaves the draft as empty as it was, its time too: the root of a layer without an entry for it has that one.</summary>
    public void GiveUp()
    {
        _layer = null;
        using DirectoryHandle directory = TrustedDirectory.Open(_draft.Directory);
        directory.Unlink(s_data);
        directory.SetTimes(null, null, Timestamp.Epoch);
    }

    /// <inheritdoc/>
    public void Dispose() => _tar.Dispose();
}
