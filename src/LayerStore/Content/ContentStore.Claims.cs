using LayerStore.Metadata;

namespace LayerStore.Content;

/// <content>What other owners than the command line hold.</content>
public sealed partial class ContentStore
{
    /// <summary>The store as one owner sees it: the blobs that it wrote or claimed, with its own labels and times, and its own ingests.</summary>
    /// <param name="owner">Who; the command line sees everything.</param>
    /// <param name="dropped">Called after each claim that ends: somebody may free what nobody holds.</param>
    public IContentStore ForOwner(string owner, Action? dropped = null)
    {
        StoreOwner.RequireName(owner);
        return owner == StoreOwner.CommandLine ? this : new OwnedContentStore(this, owner, dropped);
    }

    /// <summary>All claims of all owners, by owner and digest.</summary>
    public IReadOnlyList<BlobClaim> ListClaims() => _database.Read(ClaimTable.All);

    /// <summary>What owners gave up since it was last forgotten.</summary>
    public DroppedBlobs ReadDropped() => _database.Read(ClaimTable.Dropped);

    /// <summary>Forgets what was given up until <paramref name="dropped"/> was read: all that nobody holds of it has gone.</summary>
    public void ForgetDropped(DroppedBlobs dropped)
    {
        ArgumentNullException.ThrowIfNull(dropped);
        if (dropped.Last > 0)
        {
            _database.Write(session => ClaimTable.ForgetDropped(session, dropped.Last));
        }
    }

    /// <summary>A blob as its owner sees it; null if it is not here, or not claimed.</summary>
    internal BlobInfo? FindClaimed(string owner, Digest digest, CancellationToken cancellationToken) =>
        _database.Read(session => ClaimTable.Find(session, owner, digest)) is { } claim && Find(digest, cancellationToken) is { } blob
            ? Seen(blob, claim)
            : null;

    /// <summary>The claimed blobs that are here, ordered by digest.</summary>
    internal List<BlobInfo> ListClaimed(string owner)
    {
        Dictionary<string, ClaimRow> claims = _database.Read(session => ClaimTable.Of(session, owner));
        return [.. List()
            .Where(blob => claims.ContainsKey(blob.Digest.ToString()))
            .Select(blob => Seen(blob, claims[blob.Digest.ToString()]))];
    }

    /// <summary>Whether an owner claims a blob, which may be damaged or gone.</summary>
    internal bool IsClaimed(string owner, Digest digest) => _database.Read(session => ClaimTable.Find(session, owner, digest)) is not null;

    /// <summary>Makes a blob that is here an owner's as well.</summary>
    /// <returns>The blob as the owner sees it; null if it is not here, or is known to be damaged.</returns>
    /// <remarks>Nobody deletes meanwhile: whoever does has the lock of publishers alone, and looks for claims then.</remarks>
    internal async Task<BlobInfo?> ClaimAsync(string owner, Digest digest, long? size, CancellationToken cancellationToken)
    {
        BlobInfo? blob = Find(digest, cancellationToken);
        if (owner == StoreOwner.CommandLine || blob is null || (size is not null && blob.Size != size))
        {
            return blob;
        }

        using StoreLock publishing = await LockForPublishingAsync(cancellationToken).ConfigureAwait(false);
        blob = Find(digest, cancellationToken);
        return blob is null ? null : Seen(blob, _database.Write(session =>
        {
            ClaimTable.Add(session, owner, digest, _time.GetUtcNow());
            return ClaimTable.Find(session, owner, digest)!;
        }));
    }

    /// <summary>Changes an owner's labels of a blob that it claims.</summary>
    /// <param name="owner">The owner.</param>
    /// <param name="digest">The blob.</param>
    /// <param name="changes">The labels to set; a null or empty value removes one.</param>
    /// <param name="replace">Whether the others go.</param>
    /// <param name="cancellationToken">Cancels.</param>
    internal BlobInfo ChangeClaim(
        string owner, Digest digest, IReadOnlyDictionary<string, string?> changes, bool replace, CancellationToken cancellationToken)
    {
        _layout.RequireWritable();
        if (!IsClaimed(owner, digest))
        {
            throw NotHere(digest);
        }

        BlobInfo blob = Find(digest, cancellationToken) ?? throw Absent(digest);
        return Seen(blob, _database.Write(session =>
        {
            ClaimRow claim = ClaimTable.Find(session, owner, digest) ?? throw NotHere(digest);
            if (replace || changes.Count > 0)
            {
                ClaimTable.ChangeLabels(session, claim, replace ? Replacing(claim.Labels, changes) : changes, _time.GetUtcNow());
            }

            ClaimRow changed = ClaimTable.Find(session, owner, digest)!;
            Labels.Validate(changed.Labels!);
            return changed;
        }));
    }

    /// <summary>Ends an owner's claim; the bytes stay until somebody frees what nobody holds.</summary>
    /// <exception cref="LayerStoreException"><see cref="ErrorKind.NotFound"/>: there is none.</exception>
    internal void Drop(string owner, Digest digest)
    {
        _layout.RequireWritable();
        if (!_database.Write(session => ClaimTable.Drop(session, owner, digest)))
        {
            throw NotHere(digest);
        }
    }

    /// <summary>The error of a blob that an owner does not have.</summary>
    internal static LayerStoreException NotHere(Digest digest) => new(ErrorKind.NotFound, $"{Name(digest)} is not in this store");

    /// <summary>The changes that leave these labels and no others.</summary>
    private static Dictionary<string, string?> Replacing(IReadOnlyDictionary<string, string> old, IReadOnlyDictionary<string, string?> labels)
    {
        Dictionary<string, string?> changes = new(labels, StringComparer.Ordinal);
        foreach (string key in old.Keys)
        {
            changes.TryAdd(key, null);
        }

        return changes;
    }

    private void RefuseClaimed(Digest digest)
    {
        if (_database.Read(session => ClaimTable.OwnersOf(session, digest)) is { Count: > 0 } owners)
        {
            throw new LayerStoreException(
                ErrorKind.FailedPrecondition,
                $"{Name(digest)} is claimed by {string.Join(", ", owners.Select(Printable.Text))}",
                "It goes when its owner removes it.");
        }
    }

    private static BlobInfo Seen(BlobInfo blob, ClaimRow claim) =>
        blob with { CreatedAt = claim.CreatedAt, UpdatedAt = claim.UpdatedAt, Labels = claim.Labels };
}
