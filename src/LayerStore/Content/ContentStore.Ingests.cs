using System.Runtime.CompilerServices;
using Microsoft.Win32.SafeHandles;

namespace LayerStore.Content;

/// <content>Blobs that are being written.</content>
public sealed partial class ContentStore
{
    /// <inheritdoc/>
    public Task<IngestWriter> BeginIngestAsync(
        string reference, ExpectedBlob? expected = null, bool wait = true, CancellationToken cancellationToken = default) =>
        BeginIngestAsync(StoreOwner.CommandLine, reference, expected, wait, cancellationToken);

    /// <inheritdoc/>
    public Task<IngestStatus?> FindIngestAsync(string reference, CancellationToken cancellationToken = default) =>
        FindIngestAsync(StoreOwner.CommandLine, reference, cancellationToken);

    /// <inheritdoc/>
    public IAsyncEnumerable<IngestStatus> ListIngestsAsync(CancellationToken cancellationToken = default) =>
        ListIngestsAsync(StoreOwner.CommandLine, cancellationToken);

    /// <inheritdoc/>
    public Task AbortIngestAsync(string reference, CancellationToken cancellationToken = default) =>
        AbortIngestAsync(StoreOwner.CommandLine, reference, cancellationToken);

    /// <summary>As <see cref="IContentStore.BeginIngestAsync"/>, for one owner.</summary>
    internal async Task<IngestWriter> BeginIngestAsync(
        string owner, string reference, ExpectedBlob? expected, bool wait, CancellationToken cancellationToken)
    {
        RequireReference(reference);
        _layout.RequireWritable();
        await RefuseExistingAsync(owner, expected, cancellationToken).ConfigureAwait(false);
        IngestDirectory directory = IngestDirectory.Of(_layout, owner, reference);
        StoreLock held = await directory.LockAsync(wait, cancellationToken).ConfigureAwait(false);
        SafeFileHandle? data = null;
        IngestRecord? old = null;
        try
        {
            old = directory.Read();
            await RefuseExistingAsync(owner, expected, cancellationToken).ConfigureAwait(false);
            IngestRecord record = Merge(owner, reference, old, expected, out Digest? digest);
            data = directory.OpenData();
            if (old is null)
            {
                Truncate(data, reference);
            }

            if (record != old)
            {
                directory.Write(record);
            }

            return new FileIngestWriter(this, directory, held, data, record, digest, isBound: expected is not { IsTentative: true });
        }
        catch (Exception e)
        {
            data?.Dispose();
            if (old is null || e is LayerStoreException { Kind: ErrorKind.AlreadyExists })
            {
                directory.Remove();
            }

            held.Dispose();
            throw;
        }
    }

    /// <summary>As <see cref="IContentStore.FindIngestAsync"/>, for one owner.</summary>
    internal Task<IngestStatus?> FindIngestAsync(string owner, string reference, CancellationToken cancellationToken)
    {
        RequireReference(reference);
        cancellationToken.ThrowIfCancellationRequested();
        return Task.FromResult(IngestDirectory.Of(_layout, owner, reference).Status(owner));
    }

    /// <summary>As <see cref="IContentStore.ListIngestsAsync"/>, for one owner.</summary>
    internal async IAsyncEnumerable<IngestStatus> ListIngestsAsync(string owner, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await Task.CompletedTask.ConfigureAwait(false);
        foreach (IngestStatus status in IngestDirectory.List(_layout, owner).OrderBy(s => s.Reference, StringComparer.Ordinal))
        {
            cancellationToken.ThrowIfCancellationRequested();
            yield return status;
        }
    }

    /// <summary>As <see cref="IContentStore.AbortIngestAsync"/>, for one owner.</summary>
    internal async Task AbortIngestAsync(string owner, string reference, CancellationToken cancellationToken)
    {
        RequireReference(reference);
        _layout.RequireWritable();
        IngestDirectory directory = IngestDirectory.Of(_layout, owner, reference);
        LayerStoreException absent = new(ErrorKind.NotFound, $"there is no ingest \"{Printable.Text(reference)}\"");
        if (!directory.Exists())
        {
            throw absent;
        }

        using StoreLock held = await directory.LockAsync(wait: false, cancellationToken).ConfigureAwait(false);
        bool begun = directory.Read() is not null;
        directory.Remove();
        if (!begun)
        {
            throw absent;
        }
    }

    private async Task RefuseExistingAsync(string owner, ExpectedBlob? expected, CancellationToken cancellationToken)
    {
        long? size = expected is { IsTentative: false } ? expected.Size : null;
        if (expected?.Digest is not { } digest || await ClaimAsync(owner, digest, size, cancellationToken).ConfigureAwait(false) is not { } blob)
        {
            return;
        }

        throw size is null || blob.Size == size
            ? AlreadyHere(digest)
            : new SizeMismatchException(Name(digest), size.Value, blob.Size);
    }

    private IngestRecord Merge(string owner, string reference, IngestRecord? old, ExpectedBlob? expected, out Digest? digest)
    {
        _ = Digest.TryParse(old?.Digest, out digest);
        if (expected is { IsTentative: true })
        {
            digest = expected.Digest ?? digest;
            return new IngestRecord(owner, reference, digest?.ToString(), expected.Size ?? old?.Size, old?.StartedAt ?? _time.GetUtcNow());
        }

        if ((digest is not null && expected?.Digest is { } other && digest != other)
            || (old?.Size is { } size && expected?.Size is { } otherSize && size != otherSize))
        {
            throw new LayerStoreException(
                ErrorKind.FailedPrecondition,
                $"ingest \"{Printable.Text(reference)}\" was begun for another blob, {digest} of {old?.Size} bytes",
                "Abort that ingest, or use another reference.");
        }

        digest ??= expected?.Digest;
        return new IngestRecord(owner, reference, digest?.ToString(), old?.Size ?? expected?.Size, old?.StartedAt ?? _time.GetUtcNow());
    }

    private static LayerStoreException AlreadyHere(Digest digest) => new(ErrorKind.AlreadyExists, $"{Name(digest)} is here already");

    private static void RequireReference(string reference) => StoreText.RequireName(reference, "the reference of an ingest");

    private static void Truncate(SafeFileHandle data, string reference)
    {
        try
        {
            RandomAccess.SetLength(data, 0);
        }
        catch (Exception e) when (IoErrors.IsIo(e))
        {
            throw IoErrors.Translate(e, $"write ingest \"{Printable.Text(reference)}\"");
        }
    }
}
