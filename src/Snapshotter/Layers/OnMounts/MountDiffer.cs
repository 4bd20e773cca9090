using LayerStore;
using LayerStore.Compression;
using LayerStore.Content;
using LayerStore.Leases;
using LayerStore.Oci;
using LayerStore.Tar;
using Snapshotter.Layers.Commit;
using Snapshotter.Layers.Diff;
using Snapshotter.Linux;
using Snapshotter.Snapshots;

namespace Snapshotter.Layers.OnMounts;

/// <summary>Writes the layer that turns what some mounts show into what others show, as containerd's differ does for the snapshots of any snapshotter.</summary>
/// <remarks>
/// Where the newer mount is an overlay whose lower directories are just those that the older one shows, only its upper is read: the cost
/// follows the change. Otherwise both trees are walked.
/// </remarks>
internal sealed class MountDiffer(IContentStore content)
{
    /// <summary>Writes and stores the layer.</summary>
    /// <param name="lower">The older tree; none for an empty one.</param>
    /// <param name="upper">The newer tree.</param>
    /// <param name="options">What to make of it.</param>
    /// <param name="lease">Keeps the blob.</param>
    /// <param name="cancellationToken">Cancels; no blob is made.</param>
    public async Task<Descriptor> DiffAsync(
        IReadOnlyList<Mount> lower, IReadOnlyList<Mount> upper, MountDiffOptions options, WorkLease lease, CancellationToken cancellationToken)
    {
        CompressionKind compression = CompressionOf(options.MediaType);
        string reference = options.Reference ?? $"diff-{Guid.NewGuid():N}";
        LayerBlobWriter writer = await LayerBlobWriter.BeginAsync(content, reference, compression, wait: false, cancellationToken).ConfigureAwait(false);
        await using (writer.ConfigureAwait(false))
        {
            await Task.Run(() => Write(lower, upper, writer, options, cancellationToken), cancellationToken).ConfigureAwait(false);
            LayerBlob blob = await writer.CommitAsync(lease, cancellationToken, options.Labels).ConfigureAwait(false);
            return blob.Descriptor with { MediaType = options.MediaType };
        }
    }

    private static void Write(
        IReadOnlyList<Mount> lower, IReadOnlyList<Mount> upper, LayerBlobWriter writer, MountDiffOptions options, CancellationToken cancellationToken)
    {
        Timestamp? latest = options.SourceDate is { } date ? new Timestamp(date.ToUnixTimeSeconds(), 0) : null;
        DiffObserver observer = new() { Warn = options.Warn };
        using MountedTree? older = lower.Count == 0 ? null : MountedTree.OpenToRead(lower);
        string? emptyTop = null;
        bool isChange = lower.Count == 1 && upper.Count == 1 && IsChange(lower[0], upper[0], out emptyTop);
        try
        {
            WriteOnce();
        }
        catch (LayerStoreException e) when (e.Kind == ErrorKind.Aborted)
        {
            // A file changed while it was read.
            WriteOnce();
        }

        void WriteOnce()
        {
            ILayerSink sink = LatestTimeSink.Limit(writer.Restart(), latest);
            if (isChange)
            {
                WriteChange(older!.Root, upper[0], emptyTop, sink, observer, cancellationToken);
            }
            else
            {
                using MountedTree newer = MountedTree.OpenToRead(upper);
                new TreeDiffer(older?.Root, newer.Root) { Observer = observer }.WriteTo(sink, cancellationToken);
            }
        }
    }

    /// <summary>Whether the newer mount only puts its upper onto what the older one shows.</summary>
    /// <param name="lower">The older mount.</param>
    /// <param name="upper">The newer mount.</param>
    /// <param name="emptyTop">The directory above the lowers that a view of ours has; null if there is none.</param>
    private static bool IsChange(Mount lower, Mount upper, out string? emptyTop)
    {
        emptyTop = null;
        if (OverlayDirectories.TryRead(upper) is not { Upper: not null } newer || OverlayDirectories.TryRead(lower) is not { Upper: null } older)
        {
            return false;
        }

        if (older.Lowers.SequenceEqual(newer.Lowers))
        {
            return true;
        }

        // It gives the view's root the image's metadata, and must hold nothing that is not below.
        if (older.Lowers.Count != newer.Lowers.Count + 1 || !older.Lowers.Skip(1).SequenceEqual(newer.Lowers))
        {
            return false;
        }

        emptyTop = older.Lowers[0];
        using RootDirectory top = RootDirectory.Open(emptyTop);
        using DirectoryHandle names = top.OpenSelf();
        return names.List().Count == 0;
    }

    private static void WriteChange(
        RootDirectory older, Mount upper, string? emptyTop, ILayerSink sink, DiffObserver observer, CancellationToken cancellationToken)
    {
        OverlayDirectories directories = OverlayDirectories.TryRead(upper)!;
        using RootDirectory changes = RootDirectory.Open(directories.Upper!);
        using RootDirectory rootMetadata = RootDirectory.Open(emptyTop ?? directories.Lowers[0]);
        new UpperDiffer(changes, older, directories.XattrNamespace)
        {
            LowerRootMetadata = rootMetadata,
            OpenMerged = () => StackView.Open([directories.Upper!, .. directories.Lowers], directories.XattrNamespace, followsReferences: true),
            Observer = observer,
        }.WriteTo(sink, cancellationToken);
    }

    private static CompressionKind CompressionOf(string mediaType) => mediaType switch
    {
        MediaTypes.OciLayer or MediaTypes.DockerLayer => CompressionKind.None,
        MediaTypes.OciLayerGzip or MediaTypes.DockerLayerGzip => CompressionKind.Gzip,
        MediaTypes.OciLayerZstd or MediaTypes.DockerLayerZstd => CompressionKind.Zstd,
        _ => throw new LayerStoreException(
            ErrorKind.Unimplemented, $"{Printable.Text(mediaType)} is not the type of a layer that is made here", "Use a tar, with gzip, zstd or neither, of OCI's types or Docker's."),
    };
}
