namespace LayerStore.Content;

/// <summary>
/// The one writer of an ingest. Bytes are appended at <see cref="Offset"/>; the hash is taken on the way, and once,
/// over what is there already when an ingest is resumed.
/// </summary>
/// <remarks>For one thread at a time.</remarks>
public abstract class IngestWriter : IAsyncDisposable, IDisposable
{
    /// <summary>The ingest's name.</summary>
    public abstract string Reference { get; }

    /// <summary>How many bytes are there; the position of the next write.</summary>
    public abstract long Offset { get; }

    /// <summary>What a listing shows of the ingest. <see cref="IngestStatus.UpdatedAt"/> is exact here.</summary>
    public abstract IngestStatus Status { get; }

    /// <summary>Appends bytes.</summary>
    /// <exception cref="LayerStoreException"><see cref="ErrorKind.ResourceExhausted"/>: the disk is full;
    /// <see cref="ErrorKind.DataLoss"/>: more bytes than were announced.</exception>
    public abstract void Write(ReadOnlySpan<byte> data);

    /// <summary>The digest of the bytes so far: what the blob would be called if it were committed now. Bytes of an earlier writer are read for it.</summary>
    public abstract Digest Current();

    /// <summary>Opens the bytes so far to be read, as long as the writer lives. They are not verified.</summary>
    public abstract Stream OpenWritten();

    /// <summary>Drops all bytes: the next write is at 0.</summary>
    public abstract void Restart();

    /// <summary>Drops the ingest and its bytes, and frees the reference; nothing if the writer is done. It cannot be used afterwards.</summary>
    public abstract void Discard();

    /// <summary>Verifies, makes durable, publishes and frees the reference. The writer cannot be used afterwards.</summary>
    /// <param name="expected">The digest the bytes must have; null to accept what was expected at the beginning, else theirs (sha256).</param>
    /// <param name="size">The length they must have in bytes; null to accept what was expected at the beginning, else theirs.</param>
    /// <param name="labels">Labels for the blob, added to those it may have already.</param>
    /// <param name="mustBeNew">Whether a blob that this owner has already is an error; the ingest is dropped all the same.</param>
    /// <param name="cancellationToken">Cancels before, not during, the publication.</param>
    /// <returns>The blob, also when it was already there.</returns>
    /// <exception cref="LayerStoreException"><see cref="DigestMismatchException"/> or <see cref="SizeMismatchException"/>:
    /// nothing is published, the ingest is kept, and the writer can go on: append, restart or discard. When making the
    /// bytes durable fails, the ingest is discarded. <see cref="ErrorKind.AlreadyExists"/>: it should have been new.</exception>
    public abstract Task<BlobInfo> CommitAsync(
        Digest? expected = null,
        long? size = null,
        IReadOnlyDictionary<string, string>? labels = null,
        bool mustBeNew = false,
        CancellationToken cancellationToken = default);

    /// <summary>Compares what is here with what it must be: the length first, for which nothing is read.</summary>
    /// <returns>The digest of the bytes.</returns>
    /// <exception cref="SizeMismatchException">More or fewer bytes.</exception>
    /// <exception cref="DigestMismatchException">Other bytes.</exception>
    internal Digest Require(Digest? digest, long? size) => Require(digest, size, Current);

    /// <summary>The same, with the digest taken in another way.</summary>
    private protected Digest Require(Digest? digest, long? size, Func<Digest> current)
    {
        if (size is { } length && length != Offset)
        {
            throw WrongSize(digest, length, Offset);
        }

        Digest actual = current();
        return digest is null || digest == actual ? actual : throw new DigestMismatchException("blob", digest, actual);
    }

    /// <summary>The error for more or fewer bytes.</summary>
    private protected SizeMismatchException WrongSize(Digest? digest, long expected, long actual) =>
        new(digest is null ? $"ingest \"{Printable.Text(Reference)}\"" : $"blob {digest}", expected, actual);

    /// <summary>Frees the lock; without a commit the bytes stay, to be resumed.</summary>
    protected abstract void Release();

    /// <inheritdoc/>
    public void Dispose()
    {
        Release();
        GC.SuppressFinalize(this);
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync()
    {
        Release();
        GC.SuppressFinalize(this);
        return ValueTask.CompletedTask;
    }
}
