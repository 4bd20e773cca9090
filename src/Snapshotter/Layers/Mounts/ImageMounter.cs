using System.Security.Cryptography;
using LayerStore;
using LayerStore.Content;
using LayerStore.Images;
using Snapshotter.Linux;
using Snapshotter.Snapshots;
using Snapshotter.Snapshots.Database;

namespace Snapshotter.Layers.Mounts;

/// <summary>
/// Shows an image in a directory, and takes it away again: a snapshot, a mount and a record of the mount in one step.
/// </summary>
/// <remarks>
/// The record is written before the mount and removed after the unmount, so a mount of ours never goes unrecorded; a
/// record whose mount is gone (a reboot, <c>umount -l</c>) is stale and is replaced or dropped. Whether a target is
/// mounted, only the kernel's mount table says. Killed in between, there is a snapshot with or without a record: the same command goes on with
/// it if it has a key, and <c>umount --rm</c> removes it. One lock a key keeps two processes from mounting one upper twice, which
/// overlayfs leaves undefined (kernel: Documentation/filesystems/overlayfs.rst, "Sharing and copying layers").
/// </remarks>
internal sealed class ImageMounter(StoreLayout layout, DirectorySnapshotter snapshots, MountRecords records)
{
    /// <summary>Mounts an image whose layers are unpacked.</summary>
    /// <param name="image">The image.</param>
    /// <param name="imageName">Its name, which the snapshot remembers.</param>
    /// <param name="target">The mount point: made if missing, else an empty directory.</param>
    /// <param name="key">The snapshot: an existing one of this image is mounted again. Null makes one.</param>
    /// <param name="readOnly">Whether to mount a view; one without a key goes when it is unmounted.</param>
    /// <param name="cancellationToken">Cancels; nothing is left mounted.</param>
    /// <exception cref="LayerStoreException"><see cref="ErrorKind.FailedPrecondition"/>: the target is in use or not empty,
    /// the key is mounted elsewhere, or belongs to another image or kind.</exception>
    public async Task<MountResult> MountAsync(
        ImageView image, string imageName, string target, string? key, bool readOnly, CancellationToken cancellationToken)
    {
        string resolved = MountPoints.Resolve(target);
        string name = key ?? NewKey(imageName);
        using StoreLock one = await LockAsync(name, cancellationToken).ConfigureAwait(false);

        SnapshotInfo? existing = await snapshots.StatAsync(name, cancellationToken).ConfigureAwait(false);
        if (existing is not null)
        {
            RequireSame(existing, image, readOnly);
            if (IsMountedAt(name, resolved))
            {
                return new MountResult(name, resolved, AlreadyMounted: true);
            }
        }

        if (records.FindByTarget(resolved) is { } other && IsMounted(resolved))
        {
            throw new LayerStoreException(
                ErrorKind.FailedPrecondition,
                $"{Printable.Text(resolved)} is the mount point of \"{Printable.Text(other.Key)}\"",
                "Name another directory, or unmount that one first.");
        }

        using IDisposable? held = await snapshots.HoldLayersAsync(cancellationToken).ConfigureAwait(false);
        bool madeTarget = MountPoints.MakeEmpty(resolved);
        int attached = 0;
        bool mounted = false;
        try
        {
            IReadOnlyList<Mount> mounts = existing is null
                ? await MakeAsync(image, imageName, name, readOnly, cancellationToken).ConfigureAwait(false)
                : await snapshots.MountsAsync(name, cancellationToken).ConfigureAwait(false);
            records.Add(new MountRecord(resolved, name, readOnly, RemoveAtUnmount: readOnly && key is null, [.. mounts.SelectMany(mount => mount.Options)]));
            foreach (Mount mount in mounts)
            {
                Mounter.Mount(mount, resolved);
                attached++;
            }

            mounted = true;
            return new MountResult(name, resolved, AlreadyMounted: false);
        }
        finally
        {
            if (!mounted)
            {
                held?.Dispose();
                await Undo.TryAsync(() => UndoAsync(resolved, attached, madeTarget, existing is null ? name : null)).ConfigureAwait(false);
            }
        }
    }

    /// <summary>Unmounts a target or a key.</summary>
    /// <param name="targetOrKey">A recorded target first, else a key.</param>
    /// <param name="remove">Whether the snapshot goes too; then a key need not be mounted.</param>
    /// <param name="cancellationToken">Cancels before the unmount.</param>
    /// <exception cref="LayerStoreException"><see cref="ErrorKind.NotFound"/>: neither a target nor a key;
    /// <see cref="ErrorKind.FailedPrecondition"/>: in use, or the text names two different snapshots.</exception>
    public async Task<UnmountResult> UnmountAsync(string targetOrKey, bool remove, CancellationToken cancellationToken)
    {
        MountRecord? byTarget = records.FindByTarget(targetOrKey) ?? records.FindByTarget(MountPoints.Resolve(targetOrKey));
        SnapshotInfo? byKey = SnapshotErrors.IsKey(targetOrKey) ? await snapshots.StatAsync(targetOrKey, cancellationToken).ConfigureAwait(false) : null;
        if (byKey is { Kind: SnapshotKind.Committed })
        {
            byKey = null;
        }

        if (byTarget is not null && byKey is not null && byTarget.Key != byKey.Name)
        {
            throw new LayerStoreException(
                ErrorKind.FailedPrecondition,
                $"\"{Printable.Text(targetOrKey)}\" is the mount point of \"{Printable.Text(byTarget.Key)}\" and the key of another snapshot",
                "Name the mount point by another path (./NAME), or the other snapshot by its mount point.");
        }

        string key = byTarget?.Key ?? byKey?.Name ?? throw new LayerStoreException(
            ErrorKind.NotFound,
            $"\"{Printable.Text(targetOrKey)}\" is neither a mount point of this store nor a key",
            "See the keys with: layerstore snapshot ls");
        using StoreLock one = await LockAsync(key, cancellationToken).ConfigureAwait(false);

        IReadOnlyList<MountRecord> mounts = byTarget is not null ? [byTarget] : records.FindByKey(key);
        foreach (MountRecord record in mounts)
        {
            if (IsMounted(record.Target))
            {
                Mounter.Unmount(record.Target);
            }

            records.Remove(record.Target);
        }

        bool goes = (remove || mounts.Any(record => record.RemoveAtUnmount)) && records.FindByKey(key).Count == 0;
        if (goes)
        {
            await snapshots.RemoveAsync(key, CancellationToken.None).ConfigureAwait(false);
        }
        else
        {
            snapshots.ReleaseLayers(key);
        }

        return new UnmountResult(key, mounts.Count > 0 ? mounts[0].Target : null, goes);
    }

    private static void RequireSame(SnapshotInfo snapshot, ImageView image, bool readOnly)
    {
        SnapshotKind wanted = readOnly ? SnapshotKind.View : SnapshotKind.Active;
        if (snapshot.Kind != wanted)
        {
            throw new LayerStoreException(
                ErrorKind.FailedPrecondition,
                $"the key \"{Printable.Text(snapshot.Name)}\" is {Describe(snapshot.Kind)}, not {Describe(wanted)}",
                "Choose another key.");
        }

        string manifest = image.Manifest.Digest.ToString();
        bool isSame = snapshot.Labels.GetValueOrDefault(SnapshotLabels.ImageManifest) == manifest
            || snapshot.Labels.GetValueOrDefault(SnapshotLabels.ImageOrigin) == manifest;
        if (!isSame)
        {
            throw new LayerStoreException(
                ErrorKind.FailedPrecondition,
                $"the key \"{Printable.Text(snapshot.Name)}\" belongs to another image",
                "Choose another key, or remove that snapshot: layerstore umount --rm KEY");
        }
    }

    private static string Describe(SnapshotKind kind) => kind switch
    {
        SnapshotKind.Active => "a read-write snapshot",
        SnapshotKind.View => "a read-only view",
        _ => "a committed snapshot",
    };

    private bool IsMountedAt(string key, string target)
    {
        foreach (MountRecord record in records.FindByKey(key))
        {
            if (!IsMounted(record.Target))
            {
                records.Remove(record.Target);
            }
            else if (record.Target == target)
            {
                return true;
            }
            else
            {
                throw new LayerStoreException(
                    ErrorKind.FailedPrecondition,
                    $"the snapshot \"{Printable.Text(key)}\" is mounted on {Printable.Text(record.Target)}",
                    "Unmount it there first; overlayfs does not allow the same snapshot twice.");
            }
        }

        return false;
    }

    private static bool IsMounted(string target) => MountTable.Read().Any(entry => entry.Target == target);

    private Task<IReadOnlyList<Mount>> MakeAsync(ImageView image, string imageName, string key, bool readOnly, CancellationToken cancellationToken)
    {
        string manifest = image.Manifest.Digest.ToString();
        Dictionary<string, string> labels = new(StringComparer.Ordinal)
        {
            [SnapshotLabels.ImageName] = imageName,
            [SnapshotLabels.ImageManifest] = manifest,
            [SnapshotLabels.ImageOrigin] = manifest,
        };
        string? parent = image.ChainId?.ToString();
        return readOnly
            ? snapshots.ViewAsync(key, parent, labels, cancellationToken)
            : snapshots.PrepareAsync(key, parent, labels, cancellationToken);
    }

    /// <summary>Takes away what was made here, and nothing else that may be mounted on the target.</summary>
    private async Task UndoAsync(string target, int attached, bool madeTarget, string? madeKey)
    {
        for (; attached > 0; attached--)
        {
            Mounter.Unmount(target, lazy: true);
        }

        records.Remove(target);
        if (madeKey is not null && await snapshots.StatAsync(madeKey).ConfigureAwait(false) is not null)
        {
            await snapshots.RemoveAsync(madeKey).ConfigureAwait(false);
        }

        if (madeTarget)
        {
            Directory.Delete(target);
        }
    }

    /// <summary>The last part of the image's name and eight random digits: short enough to type, never taken.</summary>
    private static string NewKey(string imageName)
    {
        string word = imageName[(imageName.LastIndexOf('/') + 1)..].Split(':', '@')[0];
        return $"{word}-{RandomNumberGenerator.GetHexString(8, lowercase: true)}";
    }

    private Task<StoreLock> LockAsync(string key, CancellationToken cancellationToken) =>
        StoreLock.AcquireAsync(layout, "key-" + Digest.Compute(System.Text.Encoding.UTF8.GetBytes(key)).Abbreviated, cancellationToken: cancellationToken);
}
