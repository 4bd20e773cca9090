using LayerStore;
using LayerStore.Compression;
using LayerStore.Content;
using LayerStore.Oci;
using LayerStore.Tar;
using Snapshotter.Layers.Apply;
using Snapshotter.Layers.Unpack;
using Snapshotter.Linux;
using Snapshotter.Snapshots;

namespace Snapshotter.Layers.OnMounts;

/// <summary>Applies a layer's blob to what mounts show, as containerd's differ does for the snapshots of any snapshotter.</summary>
/// <remarks>
/// The kernel's overlay turns what the layer deletes into its own marks, and keeps what a directory without an entry is like below: the
/// upper is right whatever it lies on. It belongs to its snapshot then and is shared with no other chain.
/// </remarks>
internal sealed class MountApplier(IContentStore content, LayerOptions options)
{
    /// <summary>Applies.</summary>
    /// <param name="layer">The blob; its content decides how it is packed.</param>
    /// <param name="mounts">Where to; what a failed application made there stays.</param>
    /// <param name="sync">Whether to wait until the disk has it.</param>
    /// <param name="cancellationToken">Cancels.</param>
    /// <returns>The uncompressed layer: its digest is the diffID.</returns>
    public async Task<Descriptor> ApplyAsync(Descriptor layer, IReadOnlyList<Mount> mounts, bool sync, CancellationToken cancellationToken)
    {
        if (!MediaTypes.IsLayer(layer.MediaType))
        {
            throw new LayerStoreException(ErrorKind.Unimplemented, $"{Printable.Text(layer.MediaType)} is not the type of a layer", "Layers are tars of OCI's and Docker's types.");
        }

        Stream blob = await content.OpenAsync(layer.Digest, cancellationToken).ConfigureAwait(false);
        await using (blob.ConfigureAwait(false))
        {
            if (await content.StatAsync(layer.Digest, cancellationToken).ConfigureAwait(false) is { } info && info.Size != layer.Size)
            {
                throw new SizeMismatchException($"blob {layer.Digest}", layer.Size, info.Size);
            }

            return await Task.Run(() => Apply(blob, mounts, sync, cancellationToken), cancellationToken).ConfigureAwait(false);
        }
    }

    private Descriptor Apply(Stream blob, IReadOnlyList<Mount> mounts, bool sync, CancellationToken cancellationToken)
    {
        using DigestingStream digesting = new(Decompressor.Open(blob, options.Limits.Compression), DigestAlgorithm.Sha256);
        using ReadAheadStream ahead = new(digesting);
        using MountedTree tree = MountedTree.Open(mounts);
        using LayerApplier applier = new(tree.Root, options.For(WhiteoutMode.Delete, new MemoryBudget(options.Limits.MaxMemoryBytes)));
        applier.Apply(new TarReader(ahead, options.Limits.Tar), cancellationToken);

        // Bytes after the tar's end count in the digests too, and the blob's own is verified with its last byte.
        byte[] rest = new byte[1 << 16];
        while (ahead.Read(rest) > 0)
        {
            cancellationToken.ThrowIfCancellationRequested();
        }

        if (sync)
        {
            using DirectoryHandle root = tree.Root.OpenSelf();
            FileSystemSync.SyncFileSystem(root.Handle);
        }

        return new Descriptor(MediaTypes.OciLayer, digesting.Finish(), digesting.Count);
    }
}
