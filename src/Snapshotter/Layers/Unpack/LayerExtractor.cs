using LayerStore;
using LayerStore.Compression;
using LayerStore.Images;
using LayerStore.Tar;
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
    public async Task<LayerApplyResult> ExtractAsync(ImageLayer layer, RootDirectory root, ApplyOptions how, CancellationToken cancellationToken)
    {
        await using LayerStream stream = await LayerStream.OpenAsync(
            blobs, layer, options.Limits.Compression, _largeWindow, done => Report(layer, done, LayerState.Running), cancellationToken).ConfigureAwait(false);
        LayerApplyResult result;
        try
        {
            result = await Task.Run(
                () =>
                {
                    using LayerApplier applier = new(root, how);
                    LayerApplyResult applied = applier.Apply(new TarReader(stream, options.Limits.Tar), cancellationToken);
                    stream.VerifyToEnd();
                    return applied;
                },
                cancellationToken).ConfigureAwait(false);
        }
        catch (LayerStoreException e) when (e.Kind == ErrorKind.DataLoss && e is not (DigestMismatchException or SizeMismatchException))
        {
            // The tar and its compression do not know which of the image's layers they are.
            throw new LayerStoreException(e.Kind, $"layer {layer.Descriptor.Digest}: {e.Message}", e.Hint ?? BadLayer.Hint, e);
        }

        Report(layer, layer.Descriptor.Size, LayerState.Done);
        return result;
    }

    /// <summary>Tells how far a layer is.</summary>
    public void Report(ImageLayer layer, long done, LayerState state) =>
        progress?.Report(new LayerProgress(layer.Descriptor.Digest, layer.DiffId, done, layer.Descriptor.Size, state));
}
