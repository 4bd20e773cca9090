using LayerStore.Linux;
using LayerStore.Metadata;

namespace LayerStore.Content;

/// <content>Removal of many blobs at once, for whoever collects.</content>
public sealed partial class ContentStore
{
    /// <summary>The names of all blobs, ordered: of those that are here, and of those that were here once (<see cref="ListAbsentAsync"/>).</summary>
    public IReadOnlyList<Digest> ListNames()
    {
        // Of many blobs none is looked at: a name of a file and a row are enough.
        HashSet<Digest> names = [.. _database.Read(BlobTable.Digests)];
        names.UnionWith(Names().Where(entry => !names.Contains(entry.Digest) && PosixFile.StatPath(entry.Path, Name(entry.Digest)) is { IsRegular: true }).Select(entry => entry.Digest));
        List<Digest> sorted = [.. names];
        sorted.Sort();
        return sorted;
    }

    /// <summary>Takes blobs out of sight, damaged ones too: each is renamed into the trash, whatever its size, and forgotten. Space is freed by whoever empties the trash.</summary>
    /// <param name="digests">The blobs. What is not here is nothing; what an owner has come to claim stays.</param>
    /// <param name="cancellationToken">Ends the wait for publishers; afterwards all go.</param>
    /// <returns>Those that are gone.</returns>
    /// <exception cref="LayerStoreException"><see cref="ErrorKind.ResourceExhausted"/>: the files are gone, and on the full disk their rows could not be;
    /// without their files they say nothing.</exception>
    /// <remarks>Crash points: after some renames, rows without a file, which are nothing; before the trash is empty, files there, which the next one to empty
    /// it removes. After a power cut a rename may not have happened: then the blob is here, without labels, for the next collection.</remarks>
    public async Task<IReadOnlyCollection<Digest>> DiscardAsync(IReadOnlyCollection<Digest> digests, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(digests);
        if (digests.Count == 0)
        {
            return [];
        }

        using StoreLock deleting = await StoreLock.AcquireAsync(_layout, PublishingLock, cancellationToken: cancellationToken).ConfigureAwait(false);
        HashSet<Digest> claimed = [.. ListClaims().Select(claim => claim.Digest)];
        List<Digest> going = [.. digests.Where(digest => !claimed.Contains(digest))];
        foreach (Digest digest in going)
        {
            MoveToTrash(digest);
        }

        _database.Write(session =>
        {
            foreach (Digest digest in going)
            {
                BlobTable.Delete(session, digest);
            }
        });
        return going;
    }

    /// <summary>The ingests of all owners that no living process writes, readable or not.</summary>
    public IReadOnlyList<IdleIngest> ListIdleIngests() => [.. IngestDirectory.ListIdle(_layout)];

    /// <summary>Drops an ingest; false if by now somebody writes it.</summary>
    public bool TryDiscard(IdleIngest ingest)
    {
        ArgumentNullException.ThrowIfNull(ingest);
        _layout.RequireWritable();
        return IngestDirectory.TryRemove(_layout, ingest.Directory);
    }

    /// <summary>Renames a blob's file and what was set aside of it; the caller has the lock of publishers alone.</summary>
    /// <returns>Whether there was anything.</returns>
    private bool MoveToTrash(Digest digest) =>
        MoveToTrash(_layout.Blob(digest), digest, string.Empty) | MoveToTrash(_layout.DamagedBlob(digest), digest, DamagedSuffix);

    private bool MoveToTrash(string path, Digest digest, string suffix)
    {
        if (PosixFile.StatPath(path, Name(digest)) is null)
        {
            return false;
        }

        PosixFile.Rename(path, TrashOf(digest, suffix), Name(digest));
        return true;
    }

    private string TrashOf(Digest digest, string suffix) => Path.Join(_layout.Trash, $"{digest.Algorithm.Name()}-{digest.Encoded}{suffix}");
}
