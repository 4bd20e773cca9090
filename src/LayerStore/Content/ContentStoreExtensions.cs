using System.Buffers;
using System.Runtime.InteropServices;
using LayerStore.Oci;

namespace LayerStore.Content;

/// <summary>What every user of a content store needs, in terms of <see cref="IContentStore"/>.</summary>
public static class ContentStoreExtensions
{
    private const int CopyBufferSize = 256 * 1024;

    /// <summary>A small blob's verified bytes.</summary>
    /// <param name="store">The store.</param>
    /// <param name="descriptor">The blob; its size is checked as well.</param>
    /// <param name="maxBytes">The most to read into memory.</param>
    /// <param name="cancellationToken">Cancels.</param>
    /// <exception cref="LayerStoreException"><see cref="ErrorKind.DataLoss"/>: damaged, of another size, or larger than
    /// <paramref name="maxBytes"/>; <see cref="ErrorKind.NotFound"/>: no such blob.</exception>
    public static async Task<byte[]> ReadAllAsync(
        this IContentStore store, Descriptor descriptor, int maxBytes, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(store);
        ArgumentNullException.ThrowIfNull(descriptor);
        if (descriptor.Size > maxBytes)
        {
            throw TooLarge(descriptor.Digest, maxBytes);
        }

        byte[] bytes = await store.ReadAllAsync(descriptor.Digest, maxBytes, cancellationToken).ConfigureAwait(false);
        return bytes.Length == descriptor.Size ? bytes : throw new SizeMismatchException($"blob {descriptor.Digest}", descriptor.Size, bytes.Length);
    }

    /// <summary>A small blob's verified bytes.</summary>
    /// <param name="store">The store.</param>
    /// <param name="digest">The blob.</param>
    /// <param name="maxBytes">The most to read into memory.</param>
    /// <param name="cancellationToken">Cancels.</param>
    /// <exception cref="LayerStoreException"><see cref="ErrorKind.DataLoss"/>: damaged, or larger than
    /// <paramref name="maxBytes"/>; <see cref="ErrorKind.NotFound"/>: no such blob.</exception>
    public static async Task<byte[]> ReadAllAsync(
        this IContentStore store, Digest digest, int maxBytes, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(store);
        ArgumentNullException.ThrowIfNull(digest);
        ArgumentOutOfRangeException.ThrowIfNegative(maxBytes);
        Stream blob = await store.OpenAsync(digest, cancellationToken).ConfigureAwait(false);
        await using (blob.ConfigureAwait(false))
        {
            using MemoryStream bytes = new();
            byte[] buffer = new byte[Math.Clamp(maxBytes, 1, 64 * 1024)];
            for (int length; (length = await blob.ReadAsync(buffer, cancellationToken).ConfigureAwait(false)) > 0;)
            {
                if (bytes.Length + length > maxBytes)
                {
                    throw TooLarge(digest, maxBytes);
                }

                bytes.Write(buffer, 0, length);
            }

            return bytes.ToArray();
        }
    }

    /// <summary>Opens a blob from some place on, to read a part of it: the bytes are not verified, unlike those of <see cref="IContentStore.OpenAsync"/>.</summary>
    /// <param name="store">The store.</param>
    /// <param name="digest">The blob.</param>
    /// <param name="offset">Where to begin, in bytes; at most the blob's size.</param>
    /// <param name="cancellationToken">Cancels.</param>
    /// <exception cref="LayerStoreException"><see cref="ErrorKind.NotFound"/>: no such blob; <see cref="ErrorKind.DataLoss"/>: it was found damaged;
    /// <see cref="ErrorKind.OutOfRange"/>: it is shorter.</exception>
    public static async Task<Stream> OpenPartAsync(this IContentStore store, Digest digest, long offset, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(store);
        ArgumentOutOfRangeException.ThrowIfNegative(offset);
        Stream blob = await store.OpenAsync(digest, cancellationToken).ConfigureAwait(false);
        VerifyingStream stream = (VerifyingStream)blob;
        if (offset > stream.Size)
        {
            await blob.DisposeAsync().ConfigureAwait(false);
            throw new LayerStoreException(ErrorKind.OutOfRange, $"blob {digest} has {stream.Size} bytes: none is at {offset}");
        }

        stream.SkipTo(offset);
        return blob;
    }

    /// <summary>Stores bytes in memory as a blob. Idempotent.</summary>
    /// <inheritdoc cref="WriteBlobAsync(IContentStore, string, Stream, Descriptor?, IReadOnlyDictionary{string, string}?, CancellationToken)"/>
    public static async Task<BlobInfo> WriteBlobAsync(
        this IContentStore store,
        string reference,
        ReadOnlyMemory<byte> bytes,
        Descriptor? expected = null,
        IReadOnlyDictionary<string, string>? labels = null,
        CancellationToken cancellationToken = default)
    {
        using MemoryStream source = MemoryMarshal.TryGetArray(bytes, out ArraySegment<byte> array)
            ? new MemoryStream(array.Array!, array.Offset, array.Count, writable: false)
            : new MemoryStream(bytes.ToArray(), writable: false);
        return await store.WriteBlobAsync(reference, source, expected, labels, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Stores a stream as a blob, or does nothing if the blob is here. Idempotent.</summary>
    /// <remarks>
    /// A source that can seek resumes an ingest that was left; another begins anew. When this is cancelled or the source
    /// fails, the ingest is left to be resumed; when the bytes are wrong or the disk is full, it is dropped.
    /// </remarks>
    /// <param name="store">The store.</param>
    /// <param name="reference">The ingest's name; one writer at a time has it, others wait.</param>
    /// <param name="source">The blob's bytes, from the stream's position to its end.</param>
    /// <param name="expected">The digest and size the bytes must have; null to accept theirs.</param>
    /// <param name="labels">Labels for the blob, added to those it may have already.</param>
    /// <param name="cancellationToken">Cancels.</param>
    /// <exception cref="LayerStoreException"><see cref="DigestMismatchException"/> or <see cref="SizeMismatchException"/>:
    /// not the expected bytes; <see cref="ErrorKind.ResourceExhausted"/>: no space.</exception>
    public static async Task<BlobInfo> WriteBlobAsync(
        this IContentStore store,
        string reference,
        Stream source,
        Descriptor? expected = null,
        IReadOnlyDictionary<string, string>? labels = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(store);
        ArgumentNullException.ThrowIfNull(source);
        IngestWriter writer;
        try
        {
            writer = await store.BeginIngestAsync(reference, expected, wait: true, cancellationToken).ConfigureAwait(false);
        }
        catch (LayerStoreException e) when (e.Kind == ErrorKind.AlreadyExists)
        {
            return await store.SetLabelsAsync(expected!.Digest, ToChanges(labels), cancellationToken).ConfigureAwait(false);
        }

        await using (writer.ConfigureAwait(false))
        {
            try
            {
                return await FillAsync(
                    writer, source, () => writer.CommitAsync(labels: labels, cancellationToken: cancellationToken), cancellationToken).ConfigureAwait(false);
            }
            catch (LayerStoreException e) when (e.Kind is ErrorKind.DataLoss or ErrorKind.ResourceExhausted)
            {
                writer.Discard();
                throw;
            }
        }
    }

    /// <summary>Copies what an ingest lacks, and finishes it; from the beginning if what it had proves wrong by that.</summary>
    /// <param name="writer">The ingest.</param>
    /// <param name="source">All bytes of the blob.</param>
    /// <param name="finish">Verifies, at least.</param>
    /// <param name="cancellationToken">Cancels.</param>
    internal static async Task<T> FillAsync<T>(IngestWriter writer, Stream source, Func<Task<T>> finish, CancellationToken cancellationToken)
    {
        long start = source.CanSeek ? source.Position : 0;
        bool resumed = writer.Offset > 0 && source.CanSeek && source.Length - start >= writer.Offset;
        if (resumed)
        {
            source.Position = start + writer.Offset;
        }
        else
        {
            writer.Restart();
        }

        while (true)
        {
            try
            {
                await CopyAsync(source, writer, cancellationToken).ConfigureAwait(false);
                return await finish().ConfigureAwait(false);
            }
            catch (DigestMismatchException) when (resumed)
            {
                // What the ingest held was not this blob's beginning, as after a power cut.
                resumed = false;
                writer.Restart();
                source.Position = start;
            }
        }
    }

    private static async Task CopyAsync(Stream source, IngestWriter writer, CancellationToken cancellationToken)
    {
        byte[] buffer = ArrayPool<byte>.Shared.Rent(CopyBufferSize);
        try
        {
            for (int length; (length = await source.ReadAsync(buffer, cancellationToken).ConfigureAwait(false)) > 0;)
            {
                writer.Write(buffer.AsSpan(0, length));
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private static Dictionary<string, string?> ToChanges(IReadOnlyDictionary<string, string>? labels) =>
        (labels ?? Labels.None).ToDictionary(l => l.Key, l => (string?)l.Value, StringComparer.Ordinal);

    private static LayerStoreException TooLarge(Digest digest, int maxBytes) =>
        new(ErrorKind.DataLoss, $"blob {digest} is larger than {maxBytes} bytes", "That is too large for what it claims to be.");
}
