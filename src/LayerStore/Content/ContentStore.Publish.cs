using LayerStore.Linux;
using LayerStore.Metadata;
using Microsoft.Win32.SafeHandles;

namespace LayerStore.Content;

/// <content>How verified bytes become a blob.</content>
public sealed partial class ContentStore
{
    /// <summary>Keeps deletions away until the blob and its row are published.</summary>
    internal Task<StoreLock> LockForPublishingAsync(CancellationToken cancellationToken) =>
        StoreLock.AcquireAsync(_layout, PublishingLock, exclusive: false, cancellationToken: cancellationToken);

    /// <summary>Makes verified bytes a blob; see the remarks for the order. The caller holds the ingest's lock and the one for publishing.</summary>
    /// <param name="digest">The verified digest.</param>
    /// <param name="size">The verified length in bytes.</param>
    /// <param name="data">The open file.</param>
    /// <param name="path">Its path.</param>
    /// <param name="labels">Labels to add.</param>
    internal BlobInfo Publish(Digest digest, long size, SafeFileHandle data, string path, IReadOnlyDictionary<string, string> labels)
    {
        BlobInfo? existing = Find(digest, CancellationToken.None);
        DateTimeOffset modifiedAt = default;
        if (existing is null)
        {
            if (_sync)
            {
                PosixFile.Sync(data, Name(digest));
            }

            modifiedAt = PosixFile.Stat(data, Name(digest)).ModifiedAt;
            PosixFile.Rename(path, _layout.Blob(digest), Name(digest));
            SyncName(digest);
        }
        else if (labels.Count == 0)
        {
            return existing;
        }

        BlobInfo published = _database.Write(session =>
        {
            DateTimeOffset now = _time.GetUtcNow();
            if (existing is null)
            {
                BlobTable.Put(session, digest, size, modifiedAt, now);
            }

            BlobTable.ChangeLabels(session, digest, labels!, now);
            return ToInfo(digest, BlobTable.Find(session, digest)!);
        });
        PosixFile.TryUnlink(_layout.DamagedBlob(digest), Name(digest));
        return published;
    }

    // A name whose fsync failed may be gone after a power cut, and a second fsync would not tell. So it goes now, and what
    // depends on it fails.
    private void SyncName(Digest digest)
    {
        if (!_sync)
        {
            return;
        }

        try
        {
            PosixFile.SyncDirectory(_layout.Blobs(digest.Algorithm));
        }
        catch (LayerStoreException)
        {
            PosixFile.Discard(_layout.Blob(digest));
            throw;
        }
    }
}
