using LayerStore;
using LayerStore.Compression;
using LayerStore.Images;
using LayerStore.Tar;
using Microsoft.Win32.SafeHandles;
using Snapshotter.Erofs;
using Snapshotter.Layers.Apply;
using Snapshotter.Linux;

namespace Snapshotter.Layers.Unpack;

/// <summary>Extracts one layer into a directory and verifies it: the blob's digest and size, and the diffID of the whole tar.</summary>
internal sealed class LayerExtractor(IBlobProvider blobs, LayerOptions options, IProgress<LayerProgress>? progress)
{
    /// <summary>What all layers together must remember until they are written.</summary>
    private readonly MemoryBudget _memory = new(options.Limits.MaxMemoryBytes);

    private readonly LargeWindow _largeWindow = new();

    /// <summary>Whether files lack something that the image gives them: such a layer is not the one of that diffID, and is not shared.</summary>
    public bool LeavesOut => options.LeavesOut.Length > 0;

    /// <summary>How layers are applied.</summary>
    public ApplyOptions ApplyOptions(WhiteoutMode whiteouts) => options.For(whiteouts, _memory);

    /// <summary>Extracts a layer into a root, on a thread of its own, while others read, decompress and digest it.</summary>
    /// <exception cref="LayerStore.LayerStoreException">What the applier throws, and errors of verification. What the root holds is then to be thrown away.</exception>
    public Task<LayerApplyResult> ExtractAsync(ImageLayer layer, RootDirectory root, ApplyOptions how, CancellationToken cancellationToken) =>
        ReadAsync(layer, stream => Apply(stream, root, how, cancellationToken), cancellationToken);

    /// <summary>Applies a layer that is here as a verified tar.</summary>
    /// <param name="layer">The layer.</param>
    /// <param name="tar">Its tar; it stays the caller's.</param>
    /// <param name="root">Where to.</param>
    /// <param name="how">How.</param>
    /// <param name="cancellationToken">Cancels.</param>
    public Task<LayerApplyResult> ApplyAsync(ImageLayer layer, SafeFileHandle tar, RootDirectory root, ApplyOptions how, CancellationToken cancellationToken) =>
        NameErrorsAsync(
            layer,
            () =>
            {
                using FileStream stream = new(tar, FileAccess.Read, bufferSize: 0) { Position = 0 };
                return Apply(stream, root, how, cancellationToken);
            },
            cancellationToken);

    /// <summary>Writes a layer's tar to a file, and reads what an image of it shows.</summary>
    /// <param name="layer">The layer.</param>
    /// <param name="data">The file, empty.</param>
    /// <param name="how">How the layer would be extracted.</param>
    /// <param name="cancellationToken">Cancels.</param>
    /// <returns>Null if an image cannot show the layer; and the length of the tar, which is verified in either case.</returns>
    public Task<(ErofsLayer? Plain, long Length)> CopyAsync(ImageLayer layer, SafeFileHandle data, ApplyOptions how, CancellationToken cancellationToken) =>
        ReadAsync(
            layer,
            stream =>
            {
                LayerCopy copy = new(stream, data);
                TarReader tar = new(copy, options.Limits.Tar);
                ErofsLayer? plain = ErofsLayer.TryRead(tar, how, cancellationToken);
                while (plain is null && tar.Next() is not null)
                {
                    cancellationToken.ThrowIfCancellationRequested(); // The limits hold for the rest as well.
                }

                copy.Finish();
                return (plain, copy.Written);
            },
            cancellationToken);

    /// <summary>Opens a layer, has it read, and verifies the rest.</summary>
    private async Task<T> ReadAsync<T>(ImageLayer layer, Func<Stream, T> read, CancellationToken cancellationToken)
    {
        await using LayerStream stream = await LayerStream.OpenAsync(
            blobs, layer, options.Limits.Compression, _largeWindow, done => Report(layer, done, LayerState.Running), cancellationToken).ConfigureAwait(false);
        T result = await NameErrorsAsync(
            layer,
            () =>
            {
                T result = read(stream);
                stream.VerifyToEnd();
                return result;
            },
            cancellationToken).ConfigureAwait(false);
        Report(layer, layer.Descriptor.Size, LayerState.Done);
        return result;
    }

    private LayerApplyResult Apply(Stream tar, RootDirectory root, ApplyOptions how, CancellationToken cancellationToken)
    {
        using LayerApplier applier = new(root, how);
        return applier.Apply(new TarReader(tar, options.Limits.Tar), cancellationToken);
    }

    private static async Task<T> NameErrorsAsync<T>(ImageLayer layer, Func<T> work, CancellationToken cancellationToken)
    {
        try
        {
            return await Task.Run(work, cancellationToken).ConfigureAwait(false);
        }
        catch (LayerStoreException e) when (e.Kind == ErrorKind.DataLoss && e is not (DigestMismatchException or SizeMismatchException))
        {
            // The tar and its compression do not know which of the image's layers they are.
            throw new LayerStoreException(e.Kind, $"layer {layer.Descriptor.Digest}: {e.Message}", e.Hint ?? BadLayer.Hint, e);
        }
    }

    /// <summary>Tells how far a layer is.</summary>
    public void Report(ImageLayer layer, long done, LayerState state) =>
        progress?.Report(new LayerProgress(layer.Descriptor.Digest, layer.DiffId, done, layer.Descriptor.Size, state));
}
