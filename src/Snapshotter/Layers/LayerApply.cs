using LayerStore;
using LayerStore.Compression;
using LayerStore.Tar;
using Snapshotter.Layers.Apply;
using Snapshotter.Layers.Complete;
using Snapshotter.Layers.Mounts;
using Snapshotter.Linux;

namespace Snapshotter.Layers;

/// <summary>The applier alone, on a directory and without a store: the way back from <see cref="LayerDiff"/>.</summary>
/// <remarks>An application that fails cannot be undone: what it had done to the directory stays.</remarks>
public static class LayerApply
{
    /// <summary>Applies a layer onto what a directory holds: whiteouts delete.</summary>
    /// <param name="layer">The layer, packed in any way or not; read to its end and disposed.</param>
    /// <param name="directory">Made if missing: 0755, time 0.</param>
    /// <param name="options">How to make the files.</param>
    /// <param name="cancellationToken">Stops.</param>
    /// <exception cref="LayerStoreException"><see cref="ErrorKind.DataLoss"/>: a damaged, malformed or hostile layer;
    /// <see cref="ErrorKind.ResourceExhausted"/>: no space; <see cref="ErrorKind.PermissionDenied"/>: what only root can make.</exception>
    public static void ToTree(Stream layer, string directory, LayerOptions? options = null, CancellationToken cancellationToken = default)
    {
        options ??= LayerOptions.Default;
        Change(directory, options, (root, token) => Apply(layer, root, options, How(options, WhiteoutMode.Delete), token), cancellationToken);
    }

    /// <summary>Stores a layer by itself in overlay's form, as a lower directory: whiteouts become marks.</summary>
    /// <param name="layer">The layer, packed in any way or not; read to its end and disposed.</param>
    /// <param name="directory">Made if missing: 0755, time 0.</param>
    /// <param name="parents">The directories of the layers below in overlay's form, topmost first. A layer takes from them what it has not itself: the
    /// metadata of directories it has no entry for, and files that it only links to.</param>
    /// <param name="options">How to make the files.</param>
    /// <param name="cancellationToken">Stops.</param>
    /// <exception cref="LayerStoreException">As for <see cref="ToTree"/>, and <see cref="ErrorKind.DataLoss"/>: the layer does not fit its parents.</exception>
    public static void ToOverlay(
        Stream layer, string directory, IReadOnlyList<string> parents, LayerOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(parents);
        options ??= LayerOptions.Default;
        ApplyOptions how = How(options, WhiteoutMode.Overlay);
        Change(directory, options, Store, cancellationToken);

        void Store(RootDirectory root, CancellationToken token)
        {
            LayerApplyResult result = Apply(layer, root, options, how, token);
            if (result.HasOpaqueRoot && parents.Count > 0)
            {
                // The kernel heeds the mark in every directory but a layer's root.
                options.Warn?.Invoke("the layer hides all that is below it, which overlay has no mark for: mount it without its parents");
            }

            if (result.IsLoose)
            {
                using StackView? below = parents.Count == 0 ? null : StackView.Open([.. parents.Select(Path.GetFullPath)], how.OverlayXattrNamespace);
                LooseLayerCompleter.Complete(root, result, below?.Root, how);
            }
        }
    }

    /// <summary>Makes the change, which has no way back: an error says so.</summary>
    private static void Change(string directory, LayerOptions options, Action<RootDirectory, CancellationToken> change, CancellationToken cancellationToken)
    {
        using RootDirectory root = OpenOrMake(directory);
        using TimeLimit time = new(options.Limits, cancellationToken);
        try
        {
            change(root, time.Token);
        }
        catch (OperationCanceledException e) when (time.IsOver)
        {
            throw Partly(time.Error(e), directory, e);
        }
        catch (Exception e) when ((IoErrors.IsIo(e) ? IoErrors.Translate(e, "read the layer") : e) is LayerStoreException error)
        {
            throw Partly(error, directory, e);
        }
    }

    private static LayerStoreException Partly(LayerStoreException error, string directory, Exception cause)
    {
        string left = $"What was applied to {Printable.Text(directory)} before the error stays there.";
        return new LayerStoreException(error.Kind, error.Message, error.Hint is null ? left : $"{error.Hint} {left}", cause);
    }

    private static LayerApplyResult Apply(Stream layer, RootDirectory root, LayerOptions options, ApplyOptions how, CancellationToken cancellationToken)
    {
        using DecompressionStream tar = Decompressor.Open(layer, options.Limits.Compression);
        using LayerApplier applier = new(root, how);
        LayerApplyResult result = applier.Apply(new TarReader(tar, options.Limits.Tar), cancellationToken);

        // Bytes after the tar's end belong to the layer, and damage there is damage.
        tar.CopyTo(Stream.Null);
        return result;
    }

    private static ApplyOptions How(LayerOptions options, WhiteoutMode whiteouts) =>
        options.For(whiteouts, new MemoryBudget(options.Limits.MaxMemoryBytes));

    private static RootDirectory OpenOrMake(string directory)
    {
        ArgumentException.ThrowIfNullOrEmpty(directory);
        if (Directory.Exists(directory))
        {
            return RootDirectory.Open(directory);
        }

        MountPoints.MakeDirectory(directory);
        RootDirectory root = RootDirectory.Open(directory);
        using DirectoryHandle handle = root.OpenSelf();
        handle.SetMode(null, 0x1ed);
        handle.SetTimes(null, null, Timestamp.Epoch);
        return root;
    }
}
