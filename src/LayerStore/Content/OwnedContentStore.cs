using System.Runtime.CompilerServices;

namespace LayerStore.Content;

/// <summary>A content store as an owner other than the command line sees it. See <see cref="ContentStore.ForOwner"/>.</summary>
/// <remarks>
/// <para>A blob is the owner's once it has a claim: a row with times and labels of its own. It is made when the owner commits an ingest, or begins
/// one for a blob that is here; it ends with <see cref="DeleteAsync"/>. Bytes are shared by all owners.</para>
/// <para>A claim is written, and looked for by whoever deletes, under the lock of publishers: a blob that was seen to be here is not gone
/// when the claim is written.</para>
/// <para>Crash points: between a published file and its claim the blob belongs to nobody. The owner's next write of it claims it, or a
/// collection takes it.</para>
/// </remarks>
internal sealed class OwnedContentStore(ContentStore all, string owner, Action? dropped) : IContentStore
{
    public Task<BlobInfo?> StatAsync(Digest digest, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(digest);
        cancellationToken.ThrowIfCancellationRequested();
        return Task.FromResult(all.FindClaimed(owner, digest, cancellationToken));
    }

    public Task<Stream> OpenAsync(Digest digest, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(digest);
        return all.IsClaimed(owner, digest) ? all.OpenAsync(digest, cancellationToken) : throw ContentStore.NotHere(digest);
    }

    public async IAsyncEnumerable<BlobInfo> ListAsync([EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        await Task.CompletedTask.ConfigureAwait(false);
        foreach (BlobInfo blob in all.ListClaimed(owner))
        {
            cancellationToken.ThrowIfCancellationRequested();
            yield return blob;
        }
    }

    public Task<BlobInfo> SetLabelsAsync(Digest digest, IReadOnlyDictionary<string, string?> changes, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(digest);
        Labels.Validate(changes);
        cancellationToken.ThrowIfCancellationRequested();
        return Task.FromResult(all.ChangeClaim(owner, digest, changes, replace: false, cancellationToken));
    }

    public Task<BlobInfo> ReplaceLabelsAsync(Digest digest, IReadOnlyDictionary<string, string> labels, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(digest);
        Labels.Validate(labels!);
        cancellationToken.ThrowIfCancellationRequested();
        return Task.FromResult(all.ChangeClaim(owner, digest, labels!, replace: true, cancellationToken));
    }

    public Task DeleteAsync(Digest digest, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(digest);
        cancellationToken.ThrowIfCancellationRequested();
        all.Drop(owner, digest);
        dropped?.Invoke();
        return Task.CompletedTask;
    }

    public Task<IngestWriter> BeginIngestAsync(
        string reference, ExpectedBlob? expected = null, bool wait = true, CancellationToken cancellationToken = default) =>
        all.BeginIngestAsync(owner, reference, expected, wait, cancellationToken);

    public Task<IReadOnlyList<BlobInfo>> CommitAllAsync(IReadOnlyList<FinishedIngest> ingests, CancellationToken cancellationToken = default) =>
        all.CommitAllAsync(ingests, cancellationToken);

    public Task<IngestStatus?> FindIngestAsync(string reference, CancellationToken cancellationToken = default) =>
        all.FindIngestAsync(owner, reference, cancellationToken);

    public IAsyncEnumerable<IngestStatus> ListIngestsAsync(CancellationToken cancellationToken = default) =>
        all.ListIngestsAsync(owner, cancellationToken);

    public Task AbortIngestAsync(string reference, CancellationToken cancellationToken = default) =>
        all.AbortIngestAsync(owner, reference, cancellationToken);
}
