using LayerStore;
using LayerStore.Images;
using LayerStore.Tar;
using Snapshotter.Layers.Apply;
using Snapshotter.Linux;

namespace Snapshotter.Layers.Unpack;

/// <summary>Writes an image as a plain tree: its layers, base to top, applied to one directory. This is what "right" means for every other way to show an image.</summary>
internal static class DirectoryUnpacker
{
    /// <summary>Unpacks.</summary>
    /// <param name="blobs">Where the layers are.</param>
    /// <param name="image">The image.</param>
    /// <param name="directory">Made if missing, refused unless empty.</param>
    /// <param name="options">How.</param>
    /// <param name="progress">Told of each layer.</param>
    /// <param name="cancellationToken">Cancels; what was made is removed, as on failure.</param>
    /// <exception cref="LayerStoreException"><see cref="ErrorKind.FailedPrecondition"/>: the directory is not empty; what the applier throws.</exception>
    public static async Task UnpackAsync(
        IBlobProvider blobs, ImageView image, string directory, UnpackOptions options, IProgress<LayerProgress>? progress, CancellationToken cancellationToken)
    {
        using UnpackTarget target = UnpackTarget.Begin(directory);

        // An image whose layers say nothing of the root has it 0755, root's, time 0; what the directory was before does not matter.
        // Nobody else can enter it before it is whole.
        uint mode = 0x1ed;
        using (DirectoryHandle handle = target.Root.OpenSelf())
        {
            handle.SetOwner(null, 0, 0);
            handle.SetMode(null, 0x1c0);
            handle.SetTimes(null, null, Timestamp.Epoch);
        }

        using WriteBehind? behind = WriteBehind.Begin(target.Directory, options.Sync);
        LayerExtractor extractor = new(blobs, options.Layers, progress);
        foreach (ImageLayer layer in image.Layers)
        {
            ApplyOptions how = extractor.ApplyOptions(WhiteoutMode.Delete) with { KeepsRootPrivate = true };
            LayerApplyResult result = await extractor.ExtractAsync(layer, target.Root, how, cancellationToken).ConfigureAwait(false);
            how.Memory.Release();
            mode = result.RootMode ?? mode;
        }

        behind?.End();
        target.Publish(mode, options.Sync);
    }
}
