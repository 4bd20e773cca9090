using LayerStore;
using LayerStore.Images;
using LayerStore.Tar;
using Snapshotter.Layers.Apply;
using Snapshotter.Layers.Mounts;
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
        string path = MountPoints.Resolve(directory);
        bool made = MountPoints.MakeEmpty(path);

        // One handle for all layers: whoever swaps the path for a link meanwhile leads nobody elsewhere.
        using RootDirectory root = RootDirectory.Open(path);
        uint before;
        using (DirectoryHandle handle = root.OpenSelf())
        {
            before = handle.Stat().Mode;
        }

        bool done = false;
        try
        {
            uint mode = await UnpackAsync(blobs, image, root, options, progress, cancellationToken).ConfigureAwait(false);
            using DirectoryHandle handle = root.OpenSelf();
            handle.SetMode(null, mode);
            if (options.Sync)
            {
                FileSystemSync.SyncFileSystem(handle.Handle);
            }

            done = true;
        }
        finally
        {
            if (!done)
            {
                RemoveWhatWasMade(root, before, made ? path : null);
            }
        }
    }

    /// <summary>Applies all layers, in a root that nobody else can enter meanwhile. Returns the mode that it gets at the end.</summary>
    private static async Task<uint> UnpackAsync(
        IBlobProvider blobs, ImageView image, RootDirectory root, UnpackOptions options, IProgress<LayerProgress>? progress, CancellationToken cancellationToken)
    {
        // An image whose layers say nothing of the root has it 0755, root's, time 0; what the directory was before does not matter.
        uint mode = 0x1ed;
        using (DirectoryHandle handle = root.OpenSelf())
        {
            handle.SetOwner(null, 0, 0);
            handle.SetMode(null, 0x1c0);
            handle.SetTimes(null, null, Timestamp.Epoch);
        }

        LayerExtractor extractor = new(blobs, options.Layers, progress);
        foreach (ImageLayer layer in image.Layers)
        {
            ApplyOptions how = extractor.ApplyOptions(WhiteoutMode.Delete) with { KeepsRootPrivate = true };
            LayerApplyResult result = await extractor.ExtractAsync(layer, root, how, cancellationToken).ConfigureAwait(false);
            how.Memory.Release();
            mode = result.RootMode ?? mode;
        }

        return mode;
    }

    private static void RemoveWhatWasMade(RootDirectory root, uint mode, string? madeDirectory)
    {
        using (DirectoryHandle handle = root.OpenSelf())
        {
            foreach (DirectoryItem item in handle.List())
            {
                handle.RemoveTree(item.Name);
            }

            handle.SetMode(null, mode);
        }

        if (madeDirectory is not null)
        {
            Directory.Delete(madeDirectory);
        }
    }
}
