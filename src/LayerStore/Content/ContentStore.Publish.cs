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

    /// <summary>Makes verified bytes a blob of an owner; see the remarks for the order. The caller holds the ingest's lock and the one for publishing.</summary>
    /// <param name="owner">Whose it is to be.</param>
    /// <param name="digest">The verified digest.</param>
    /// <param name="size">The verified length in bytes.</param>
    /// <param name="data">The open file.</param>
    /// <param name="path">Its path.</param>
    /// <param name="labels">Labels to add.</param>
    /// <param name="mustBeNew">Whether a blob that is this owner's already is an error.</param>
    internal BlobInfo Publish(
        string owner, Digest digest, long size, SafeFileHandle data, string path, IReadOnlyDictionary<string, string> labels, bool mustBeNew)
    {
        bool isCommandLine = owner == StoreOwner.CommandLine;
        BlobInfo? existing = Find(digest, CancellationToken.None);
        if (existing is not null && mustBeNew && (isCommandLine || IsClaimed(owner, digest)))
        {
            throw AlreadyHere(digest);
        }

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
        else if (isCommandLine && labels.Count == 0)
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

            if (isCommandLine)
            {
                BlobTable.ChangeLabels(session, digest, labels!, now);
            }
            else
            {
                Claim(session, owner, digest, labels, now);
            }

            BlobInfo blob = ToInfo(digest, BlobTable.Find(session, digest)!);
            return isCommandLine ? blob : Seen(blob, ClaimTable.Find(session, owner, digest)!);
        });
        PosixFile.TryUnlink(_layout.DamagedBlob(digest), Name(digest));
        return published;
    }

    private static void Claim(SqliteSession session, string owner, Digest digest, IReadOnlyDictionary<string, string> labels, DateTimeOffset now)
    {
        ClaimTable.Add(session, owner, digest, now);
        if (labels.Count > 0)
        {
            ClaimTable.ChangeLabels(session, ClaimTable.Find(session, owner, digest)!, labels!, now);
        }
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
