using System.Runtime.CompilerServices;
using LayerStore.Linux;
using LayerStore.Metadata;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Win32.SafeHandles;

namespace LayerStore.Content;

/// <summary>Blobs as files in a <see cref="StoreLayout"/>, their labels in its <see cref="MetadataDatabase"/>; the command line's view of all of them.</summary>
/// <remarks>
/// <para><b>The file is the truth.</b> A file without a row is a blob without labels; a row without a file is nothing.</para>
/// <para><b>A blob that is here was verified.</b> Every blob is hashed on its way in, and the file's size and mtime are
/// recorded then. A file that shows others (or that nobody recorded) is hashed before <see cref="StatAsync"/> vouches for
/// it again, so damage by hand, by a restored backup or by a tool is found and healed by the next import. What changes
/// without a trace in the metadata is found by the next read: all reads verify.</para>
/// <para><b>Damaged</b> files are renamed to <c>HEX.damaged</c>: the blob is then absent, and its next ingest replaces it.
/// On a read-only store they stay where they are, and every read of them fails.</para>
/// <para><b>Publishing</b>, and what a crash after each step leaves:
/// <list type="number">
/// <item>the bytes are verified in <c>ingest/KEY/data</c>: an ingest to resume;</item>
/// <item>fsync of the file: the same;</item>
/// <item>rename to <c>blobs/</c>: a blob without labels, or the ingest, never half of either;</item>
/// <item>fsync of the directory: a blob without labels, which the next Stat verifies and adopts;</item>
/// <item>the row: a blob;</item>
/// <item>the ingest's directory is removed.</item>
/// </list></para>
/// <para><b>Threads.</b> A local disk is read and written on the calling thread, and calls are complete when they return; only to wait for
/// another one's lock is asynchronous.</para>
/// <para><b>Locks</b>, in this order: the ingest's own, then <c>blobs</c> (shared to publish, exclusive to delete, so that a
/// blob is not deleted between its rename and its row).</para>
/// </remarks>
public sealed partial class ContentStore : IContentStore
{
    private const string PublishingLock = "blobs";

    private readonly StoreLayout _layout;
    private readonly SqliteDatabase _database;
    private readonly bool _sync;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;

    /// <summary>Makes a content store.</summary>
    /// <param name="layout">Where it lives.</param>
    /// <param name="metadata">Its database, from <see cref="MetadataDatabase.Open"/>. It stays the caller's to dispose.</param>
    /// <param name="sync">Whether a commit waits for the disk. False is for benchmarks: a power cut may lose blobs or leave empty ones.</param>
    /// <param name="time">The clock; null for the system's.</param>
    /// <param name="logger">Told of damaged blobs; null for nobody.</param>
    public ContentStore(StoreLayout layout, SqliteDatabase metadata, bool sync = true, TimeProvider? time = null, ILogger<ContentStore>? logger = null)
    {
        ArgumentNullException.ThrowIfNull(layout);
        ArgumentNullException.ThrowIfNull(metadata);
        _layout = layout;
        _database = metadata;
        _sync = sync;
        _time = time ?? TimeProvider.System;
        _logger = logger ?? (ILogger)NullLogger.Instance;
        if (!layout.IsReadOnly)
        {
            IngestDirectory.RemoveEnded(layout);
        }
    }

    /// <summary>The time by the store's clock, UTC.</summary>
    internal DateTimeOffset Now => _time.GetUtcNow();

    /// <inheritdoc/>
    public Task<BlobInfo?> StatAsync(Digest digest, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(digest);
        cancellationToken.ThrowIfCancellationRequested();
        return Task.FromResult(Find(digest, cancellationToken));
    }

    /// <inheritdoc/>
    public Task<Stream> OpenAsync(Digest digest, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(digest);
        cancellationToken.ThrowIfCancellationRequested();
        return Task.FromResult<Stream>(OpenVerifying(digest) ?? throw Absent(digest));
    }

    /// <inheritdoc/>
    public async IAsyncEnumerable<BlobInfo> ListAsync([EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        await Task.CompletedTask.ConfigureAwait(false);
        foreach (BlobInfo blob in List())
        {
            cancellationToken.ThrowIfCancellationRequested();
            yield return blob;
        }
    }

    /// <inheritdoc/>
    public Task<BlobInfo> SetLabelsAsync(Digest digest, IReadOnlyDictionary<string, string?> changes, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(digest);
        Labels.Validate(changes);
        return Task.FromResult(ChangeLabels(digest, changes, replace: false, cancellationToken));
    }

    /// <inheritdoc/>
    public Task<BlobInfo> ReplaceLabelsAsync(Digest digest, IReadOnlyDictionary<string, string> labels, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(digest);
        Labels.Validate(labels!);
        return Task.FromResult(ChangeLabels(digest, labels!, replace: true, cancellationToken));
    }

    /// <inheritdoc/>
    public async Task DeleteAsync(Digest digest, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(digest);
        bool removed;
        using (await StoreLock.AcquireAsync(_layout, PublishingLock, cancellationToken: cancellationToken).ConfigureAwait(false))
        {
            RefuseClaimed(digest);

            // No fsync: what a power cut brings back is a blob without labels, garbage for the collector.
            removed = MoveToTrash(digest);
            _database.Write(session => BlobTable.Delete(session, digest));
        }

        // Nobody waits while a large file is freed.
        PosixFile.TryUnlink(TrashOf(digest, string.Empty), Name(digest));
        PosixFile.TryUnlink(TrashOf(digest, DamagedSuffix), Name(digest));
        if (!removed)
        {
            throw Absent(digest);
        }
    }

    private BlobInfo ChangeLabels(Digest digest, IReadOnlyDictionary<string, string?> changes, bool replace, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        _layout.RequireWritable();
        BlobInfo blob = Find(digest, cancellationToken) ?? throw Absent(digest);
        return changes.Count == 0 && !replace ? blob : _database.Write(session =>
        {
            // It may have been deleted since; its labels must not outlive it.
            BlobRow row = BlobTable.Find(session, digest) ?? throw Absent(digest);
            BlobTable.ChangeLabels(session, digest, replace ? Replacing(row.Labels, changes) : changes, _time.GetUtcNow());
            BlobRow changed = BlobTable.Find(session, digest)!;
            Labels.Validate(changed.Labels!);
            return ToInfo(digest, changed);
        });
    }

    // Null: not here, or not the bytes of this name.
    private BlobInfo? Find(Digest digest, CancellationToken cancellationToken)
    {
        if (PosixFile.StatPath(_layout.Blob(digest), Name(digest)) is not { IsRegular: true } file)
        {
            return null;
        }

        BlobRow? row = _database.Read(session => BlobTable.Find(session, digest));
        if (row is not null && row.Size == file.Size && row.VerifiedAt == file.ModifiedAt)
        {
            return ToInfo(digest, row);
        }

        if (!IsIntact(digest, cancellationToken))
        {
            return null;
        }

        DateTimeOffset createdAt = row?.CreatedAt ?? file.ModifiedAt;
        if (!_layout.IsReadOnly)
        {
            // Its publisher may have died, or not yet come, between the rename and the fsync of the directory.
            SyncNames([digest]);
            _database.Write(session => BlobTable.Put(session, digest, file.Size, file.ModifiedAt, createdAt));
        }

        return new BlobInfo(digest, file.Size, createdAt, row?.UpdatedAt ?? createdAt, row?.Labels ?? Labels.None);
    }

    private bool IsIntact(Digest digest, CancellationToken cancellationToken)
    {
        try
        {
            using VerifyingStream? stream = OpenVerifying(digest);
            stream?.Drain(cancellationToken);
            return stream is not null;
        }
        catch (LayerStoreException e) when (e.Kind == ErrorKind.DataLoss)
        {
            return false;
        }
    }

    private VerifyingStream? OpenVerifying(Digest digest)
    {
        SafeFileHandle? file = PosixFile.OpenRegular(_layout.Blob(digest), Name(digest), out FileStat stat);
        if (file is null)
        {
            return null;
        }

        return new VerifyingStream(new LocalFileStream(file, Name(digest)), digest, stat.Size, "blob", failure => SetAside(digest, stat, failure));
    }

    // Only the file that was read: a good one may have taken its place since. In between, another rename can still come
    // first; then a good blob is fetched once more, and nothing worse.
    private void SetAside(Digest digest, FileStat damaged, LayerStoreException failure)
    {
        Measurements.DamagedBlobs.Add(1);
        Log.DamagedBlob(_logger, digest, failure.Message);
        try
        {
            if (!_layout.IsReadOnly && PosixFile.StatPath(_layout.Blob(digest), Name(digest))?.Identity == damaged.Identity)
            {
                PosixFile.Rename(_layout.Blob(digest), _layout.DamagedBlob(digest), Name(digest));
            }
        }
        catch (LayerStoreException e)
        {
            // The reader is about to be told that the blob is damaged, which is worth more to it.
            Log.DamagedBlobStays(_logger, digest, e.Message);
        }
    }

    private List<BlobInfo> List()
    {
        Dictionary<string, BlobRow> rows = _database.Read(BlobTable.All);
        List<BlobInfo> blobs = [];
        foreach ((Digest digest, FileStat file, bool isDamaged) in Files())
        {
            if (!isDamaged)
            {
                BlobRow? row = rows.GetValueOrDefault(digest.ToString());
                blobs.Add(ToInfo(digest, row ?? new BlobRow(file.Size, null, file.ModifiedAt, file.ModifiedAt, Labels.None)));
            }
        }

        blobs.Sort((a, b) => a.Digest.CompareTo(b.Digest));
        return blobs;
    }

    /// <summary>The regular files with a blob's name, or with that of one that was set aside, in no order.</summary>
    private IEnumerable<(Digest Digest, FileStat File, bool IsDamaged)> Files()
    {
        foreach ((Digest digest, string path, bool isDamaged) in Names())
        {
            if (PosixFile.StatPath(path, Name(digest)) is { IsRegular: true } file)
            {
                yield return (digest, file, isDamaged);
            }
        }
    }

    /// <summary>All that has such a name, whatever it is.</summary>
    private IEnumerable<(Digest Digest, string Path, bool IsDamaged)> Names()
    {
        foreach (DigestAlgorithm algorithm in (DigestAlgorithm[])[DigestAlgorithm.Sha256, DigestAlgorithm.Sha512])
        {
            foreach (string path in Directory.EnumerateFileSystemEntries(_layout.Blobs(algorithm)))
            {
                string name = Path.GetFileName(path);
                bool isDamaged = name.EndsWith(DamagedSuffix, StringComparison.Ordinal);
                string encoded = isDamaged ? name[..^DamagedSuffix.Length] : name;
                if (Digest.TryParse($"{algorithm.Name()}:{encoded}", out Digest? digest))
                {
                    yield return (digest, path, isDamaged);
                }
            }
        }
    }

    private LayerStoreException Absent(Digest digest) =>
        PosixFile.StatPath(_layout.DamagedBlob(digest), Name(digest)) is null
            ? NotHere(digest)
            : new LayerStoreException(ErrorKind.DataLoss, $"{Name(digest)} was found damaged", "Import the image again: that replaces the blob.");

    private static BlobInfo ToInfo(Digest digest, BlobRow row) => new(digest, row.Size, row.CreatedAt, row.UpdatedAt, row.Labels);

    private static string Name(Digest digest) => $"blob {digest}";
}
