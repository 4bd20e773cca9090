using LayerStore.Linux;
using LayerStore.Metadata;

namespace LayerStore.Content;

/// <content>What is not here any more.</content>
public sealed partial class ContentStore
{
    private const string DamagedSuffix = ".damaged";

    /// <summary>The blobs that were here once and are not now, ordered by digest: found damaged and set aside, or gone from the disk.</summary>
    public Task<IReadOnlyList<AbsentBlob>> ListAbsentAsync(CancellationToken cancellationToken = default) => Task.Run<IReadOnlyList<AbsentBlob>>(
        () =>
        {
            List<Digest> recorded = _database.Read(BlobTable.Digests);
            HashSet<Digest> setAside = [.. Files().Where(file => file.IsDamaged).Select(file => file.Digest)];
            return [.. recorded.Union(setAside)
                .Where(digest => PosixFile.StatPath(_layout.Blob(digest), Name(digest)) is null)
                .Order()
                .Select(digest => new AbsentBlob(digest, setAside.Contains(digest)))];
        },
        cancellationToken);

    /// <summary>Forgets a blob that is not here: its row, and the damaged bytes if they were set aside. One that has come meanwhile stays.</summary>
    public async Task ForgetAsync(Digest digest, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(digest);
        using StoreLock deleting = await StoreLock.AcquireAsync(_layout, PublishingLock, cancellationToken: cancellationToken).ConfigureAwait(false);
        if (PosixFile.StatPath(_layout.Blob(digest), Name(digest)) is null)
        {
            PosixFile.TryUnlink(_layout.DamagedBlob(digest), Name(digest));
            _database.Write(session => BlobTable.Delete(session, digest));
        }
    }
}
