namespace LayerStore.Content;

/// <summary>Blobs by digest: the bytes of manifests, configs and layers, whatever they mean.</summary>
/// <remarks>
/// <para><b>Words.</b> A <i>blob</i> is bytes named by their digest; it never changes. An <i>ingest</i> is a blob being
/// written; it is named by a <i>reference</i>, any text that its writer chooses, and can be resumed.</para>
/// <para><b>Writing.</b> <see cref="BeginIngestAsync"/> locks the reference for as long as the writer lives (also against
/// other processes); bytes are appended; <see cref="IngestWriter.CommitAsync"/> verifies digest and size and publishes.
/// Publishing is durable (the bytes and their name are on the disk before it returns) and idempotent (a blob that is
/// already there stays, unless it was found damaged, in which case the new bytes replace it). A writer that is disposed
/// without a commit leaves its ingest to be resumed or aborted.</para>
/// <para><b>Reading.</b> A reader verifies: its last read throws <see cref="DigestMismatchException"/> or
/// <see cref="SizeMismatchException"/> instead of ending when the bytes are not the ones that were named, and the store
/// remembers that the blob is damaged, so that the next ingest of that digest replaces it.</para>
/// <para><b>Owners.</b> A store may have several (<see cref="StoreOwner"/>); each sees its own blobs, labels and ingests, and the command line sees all blobs.
/// Two owners may use one reference at a time.</para>
/// <para><b>Processes.</b> Any number of processes may use one store at once.</para>
/// <para><b>Errors.</b> <see cref="LayerStoreException"/> with the kinds named at each member; containerd's content
/// service has the same ones.</para>
/// </remarks>
public interface IContentStore
{
    /// <summary>What is known of a blob; null when it is not here, or is known to be damaged.</summary>
    Task<BlobInfo?> StatAsync(Digest digest, CancellationToken cancellationToken = default);

    /// <summary>Opens a verifying, forward-only reader. The caller disposes it.</summary>
    /// <exception cref="LayerStoreException"><see cref="ErrorKind.NotFound"/>: no such blob; <see cref="ErrorKind.DataLoss"/>:
    /// it was found damaged and not replaced since.</exception>
    Task<Stream> OpenAsync(Digest digest, CancellationToken cancellationToken = default);

    /// <summary>All blobs, ordered by digest.</summary>
    IAsyncEnumerable<BlobInfo> ListAsync(CancellationToken cancellationToken = default);

    /// <summary>Sets labels (a null or empty value removes one) and leaves the others alone.</summary>
    /// <exception cref="LayerStoreException"><see cref="ErrorKind.NotFound"/>: no such blob.</exception>
    Task<BlobInfo> SetLabelsAsync(Digest digest, IReadOnlyDictionary<string, string?> changes, CancellationToken cancellationToken = default);

    /// <summary>Sets these labels and no others; a value that is empty is none.</summary>
    /// <exception cref="LayerStoreException"><see cref="ErrorKind.NotFound"/>: no such blob.</exception>
    Task<BlobInfo> ReplaceLabelsAsync(Digest digest, IReadOnlyDictionary<string, string> labels, CancellationToken cancellationToken = default);

    /// <summary>Removes a blob. One that several owners have stays for the others.</summary>
    /// <exception cref="LayerStoreException"><see cref="ErrorKind.NotFound"/>: no such blob;
    /// <see cref="ErrorKind.FailedPrecondition"/>: for the command line, which sees all blobs, one that another owner claims.</exception>
    Task DeleteAsync(Digest digest, CancellationToken cancellationToken = default);

    /// <summary>Begins or resumes the ingest of this reference, and locks it until the writer is disposed.</summary>
    /// <param name="reference">The ingest's name: any text without NUL or newline, at least one character.</param>
    /// <param name="expected">The digest and size to come, if known; a <see cref="Oci.Descriptor"/> is both. With a digest that is already here:
    /// AlreadyExists. If another owner brought it, it is this one's from then on.</param>
    /// <param name="wait">Whether to wait for the lock, or to fail if it is not free within a quarter of a second.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="LayerStoreException"><see cref="ErrorKind.Aborted"/>: another writer has it and <paramref name="wait"/>
    /// is false; <see cref="ErrorKind.AlreadyExists"/>: the blob is here, checked again after the wait;
    /// <see cref="ErrorKind.FailedPrecondition"/>: the ingest was begun for another digest or size;
    /// <see cref="ErrorKind.PermissionDenied"/>: the store is read-only.</exception>
    /// <exception cref="SizeMismatchException">The blob is here, and its size is not the expected one.</exception>
    Task<IngestWriter> BeginIngestAsync(string reference, ExpectedBlob? expected = null, bool wait = true, CancellationToken cancellationToken = default);

    /// <summary>
    /// Commits several ingests of this store, waiting for the disk once for the bytes of all and once for their names. Their digests and sizes are those
    /// that were expected at the beginning, else those of the bytes.
    /// </summary>
    /// <param name="ingests">The ingests; their writers cannot be used afterwards. What was written elsewhere on the same file system after the first of them
    /// was begun is on the disk as well when this returns.</param>
    /// <param name="cancellationToken">Cancels before, not during, the publication.</param>
    /// <returns>The blobs in the same order, also those that were there already.</returns>
    /// <exception cref="LayerStoreException">As for <see cref="IngestWriter.CommitAsync"/>. If the bytes of one are wrong, none is published.</exception>
    Task<IReadOnlyList<BlobInfo>> CommitAllAsync(IReadOnlyList<FinishedIngest> ingests, CancellationToken cancellationToken = default);

    /// <summary>How far an ingest is; null if there is none.</summary>
    Task<IngestStatus?> FindIngestAsync(string reference, CancellationToken cancellationToken = default);

    /// <summary>All ingests, ordered by reference.</summary>
    IAsyncEnumerable<IngestStatus> ListIngestsAsync(CancellationToken cancellationToken = default);

    /// <summary>Drops an ingest and its bytes.</summary>
    /// <exception cref="LayerStoreException"><see cref="ErrorKind.NotFound"/>: no such ingest;
    /// <see cref="ErrorKind.Aborted"/>: a living writer has it, and does not end within a quarter of a second.</exception>
    Task AbortIngestAsync(string reference, CancellationToken cancellationToken = default);
}
