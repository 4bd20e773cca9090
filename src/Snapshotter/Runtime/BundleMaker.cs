using LayerStore;
using LayerStore.Images;
using Snapshotter.Layers;
using Snapshotter.Layers.Mounts;

namespace Snapshotter.Runtime;

/// <summary>Makes runtime bundles: a snapshot mounted on <c>rootfs</c> and a <c>config.json</c> beside it.</summary>
internal sealed class BundleMaker(ImageMounter mounter)
{
    /// <summary>Makes a bundle, or completes the one that is there for this key. On failure nothing is left of it.</summary>
    /// <exception cref="LayerStoreException"><see cref="ErrorKind.FailedPrecondition"/>: the directory holds something else.</exception>
    public async Task<MountResult> MakeAsync(ImageView image, string imageName, string directory, string? key, CancellationToken cancellationToken)
    {
        string path = MountPoints.Resolve(directory);
        bool isBundle = File.Exists(RuntimeBundle.ConfigFile(path)) && Directory.Exists(RuntimeBundle.RootFileSystem(path));
        bool made = !isBundle && MountPoints.MakeEmpty(path);
        bool done = false;
        MountResult? mounted = null;
        try
        {
            mounted = await mounter.MountAsync(image, imageName, RuntimeBundle.RootFileSystem(path), key, readOnly: false, cancellationToken).ConfigureAwait(false);
            if (!(isBundle && mounted.AlreadyMounted))
            {
                RuntimeBundle.WriteConfig(path, image.Config.Runtime, hostname: "layerstore");
            }

            done = true;
            return mounted;
        }
        finally
        {
            if (!done)
            {
                await Undo.TryAsync(() => UndoAsync(path, mounted, removeSnapshot: key is null, removeDirectory: made)).ConfigureAwait(false);
            }
        }
    }

    private async Task UndoAsync(string path, MountResult? mounted, bool removeSnapshot, bool removeDirectory)
    {
        if (mounted is { AlreadyMounted: false })
        {
            await mounter.UnmountAsync(mounted.Target, removeSnapshot, CancellationToken.None).ConfigureAwait(false);
            Directory.Delete(mounted.Target);
        }

        if (removeDirectory)
        {
            File.Delete(RuntimeBundle.ConfigFile(path));
            Directory.Delete(path);
        }
    }
}
