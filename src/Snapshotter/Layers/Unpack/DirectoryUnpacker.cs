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
        bool done = false;
        try
        {
            // An image whose layers say nothing of the root has it so; what the directory was before does not matter.
            using (RootDirectory root = RootDirectory.Open(path))
            using (DirectoryHandle handle = root.OpenSelf())
            {
                handle.SetOwner(null, 0, 0);
                handle.SetMode(null, 0x1ed);
                handle.SetTimes(null, null, Timestamp.Epoch);
            }

            LayerExtractor extractor = new(blobs, options.Layers, progress);
            ApplyOptions how = extractor.ApplyOptions(WhiteoutMode.Delete);
            foreach (ImageLayer layer in image.Layers)
            {
                await extractor.ExtractAsync(layer, path, how, cancellationToken).ConfigureAwait(false);
            }

            if (options.Sync)
            {
                using Microsoft.Win32.SafeHandles.SafeFileHandle handle = FileSystemSync.OpenDirectory(path);
                FileSystemSync.SyncFileSystem(handle);
            }

            done = true;
        }
        finally
        {
            if (!done)
            {
                RemoveWhatWasMade(path, made);
            }
        }
    }

    private static void RemoveWhatWasMade(string path, bool madeDirectory)
    {
        using (RootDirectory root = RootDirectory.Open(path))
        using (DirectoryHandle handle = root.OpenSelf())
        {
            foreach (DirectoryItem item in handle.List())
            {
                handle.RemoveTree(item.Name);
            }
        }

        if (madeDirectory)
        {
            Directory.Delete(path);
        }
    }
}
