using LayerStore.Linux;
using LayerStore.Metadata;

namespace LayerStore.Content;

/// <content>How verified bytes become a blob.</content>
public sealed partial class ContentStore
{
    /// <inheritdoc/>
    /// <remarks>
    /// Crash points: as for one, but that all files are on the disk before the first is renamed, and all names before a row is written. The rows,
    /// and so the labels, outlive a power cut from the next change of the database on: a blob that loses its row is whole, and without labels.
    /// </remarks>
    public async Task<IReadOnlyList<BlobInfo>> CommitAllAsync(IReadOnlyList<FinishedIngest> ingests, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(ingests);
        List<VerifiedIngest> verified = [];
        foreach ((IngestWriter writer, IReadOnlyDictionary<string, string>? labels) in ingests)
        {
            verified.Add(Own(writer).Verify(expected: null, size: null, labels, cancellationToken));
        }

        using StoreLock publishing = await LockForPublishingAsync(cancellationToken).ConfigureAwait(false);
        bool isPublished = false;
        try
        {
            List<BlobInfo> blobs = Publish(verified, mustBeNew: false, file => PosixFile.SyncFileSystem(file.Data, "blobs"), _database.WriteUnsynced);
            isPublished = true;
            return blobs;
        }
        finally
        {
            foreach (FinishedIngest ingest in ingests)
            {
                Own(ingest.Writer).End(isPublished);
            }
        }
    }

    /// <summary>Keeps deletions away until the blob and its row are published.</summary>
    internal Task<StoreLock> LockForPublishingAsync(CancellationToken cancellationToken) =>
        StoreLock.AcquireAsync(_layout, PublishingLock, exclusive: false, cancellationToken: cancellationToken);

    /// <summary>Makes verified bytes a blob of an owner; see the remarks of the class for the order. The caller holds the ingest's lock and the one for publishing.</summary>
    /// <param name="ingest">The bytes.</param>
    /// <param name="mustBeNew">Whether a blob that is this owner's already is an error.</param>
    internal BlobInfo Publish(VerifiedIngest ingest, bool mustBeNew) =>
        Publish([ingest], mustBeNew, file => PosixFile.Sync(file.Data, Name(file.Digest)), _database.Write)[0];

    private List<BlobInfo> Publish(
        IReadOnlyList<VerifiedIngest> ingests,
        bool mustBeNew,
        Action<VerifiedIngest> sync,
        Func<Func<SqliteSession, List<BlobInfo>>, List<BlobInfo>> write)
    {
        List<BlobInfo?> existing = [.. ingests.Select(ingest => FindExisting(ingest, mustBeNew))];
        VerifiedIngest[] added = [.. ingests.Where((_, i) => existing[i] is null)];
        if (added.Length == 0 && ingests.All(ingest => ingest.Owner == StoreOwner.CommandLine && ingest.Labels.Count == 0))
        {
            return existing!;
        }

        if (added.Length > 0 && _sync)
        {
            sync(added[0]);
        }

        Dictionary<Digest, DateTimeOffset> modifiedAt = [];
        foreach (VerifiedIngest ingest in added)
        {
            modifiedAt[ingest.Digest] = PosixFile.Stat(ingest.Data, Name(ingest.Digest)).ModifiedAt;
            PosixFile.Rename(ingest.Path, _layout.Blob(ingest.Digest), Name(ingest.Digest));
            Measurements.PublishedBytes.Add(ingest.Size);
        }

        SyncNames([.. added.Select(ingest => ingest.Digest)]);
        List<BlobInfo> published = write(session =>
        {
            DateTimeOffset now = _time.GetUtcNow();
            return [.. ingests.Select(ingest => Record(session, ingest, modifiedAt, now))];
        });
        foreach (VerifiedIngest ingest in ingests)
        {
            PosixFile.TryUnlink(_layout.DamagedBlob(ingest.Digest), Name(ingest.Digest));
        }

        return published;
    }

    private BlobInfo? FindExisting(VerifiedIngest ingest, bool mustBeNew)
    {
        BlobInfo? existing = Find(ingest.Digest, CancellationToken.None);
        return existing is not null && mustBeNew && (ingest.Owner == StoreOwner.CommandLine || IsClaimed(ingest.Owner, ingest.Digest))
            ? throw AlreadyHere(ingest.Digest)
            : existing;
    }

    private static BlobInfo Record(SqliteSession session, VerifiedIngest ingest, Dictionary<Digest, DateTimeOffset> modifiedAt, DateTimeOffset now)
    {
        Digest digest = ingest.Digest;
        if (modifiedAt.TryGetValue(digest, out DateTimeOffset modified))
        {
            BlobTable.Put(session, digest, ingest.Size, modified, now);
        }

        if (ingest.Owner == StoreOwner.CommandLine)
        {
            BlobTable.ChangeLabels(session, digest, ingest.Labels!, now);
            return ToInfo(digest, BlobTable.Find(session, digest)!);
        }

        ClaimTable.Add(session, ingest.Owner, digest, now);
        if (ingest.Labels.Count > 0)
        {
            ClaimTable.ChangeLabels(session, ClaimTable.Find(session, ingest.Owner, digest)!, ingest.Labels!, now);
        }

        return Seen(ToInfo(digest, BlobTable.Find(session, digest)!), ClaimTable.Find(session, ingest.Owner, digest)!);
    }

    private FileIngestWriter Own(IngestWriter writer) =>
        writer is FileIngestWriter own && own.BelongsTo(this) ? own : throw new ArgumentException("The ingest is another store's.", nameof(writer));

    // A name whose fsync failed may be gone after a power cut, and a second fsync would not tell. So it goes now, and what
    // depends on it fails.
    private void SyncNames(Digest[] digests)
    {
        if (!_sync)
        {
            return;
        }

        try
        {
            foreach (DigestAlgorithm algorithm in (ReadOnlySpan<DigestAlgorithm>)[DigestAlgorithm.Sha256, DigestAlgorithm.Sha512])
            {
                if (digests.Any(digest => digest.Algorithm == algorithm))
                {
                    PosixFile.SyncDirectory(_layout.Blobs(algorithm));
                }
            }
        }
        catch (LayerStoreException)
        {
            foreach (Digest digest in digests)
            {
                PosixFile.Discard(_layout.Blob(digest));
            }

            throw;
        }
    }
}
