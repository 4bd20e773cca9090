using System.Buffers;
using System.Diagnostics;
using LayerStore.Linux;
using Microsoft.Win32.SafeHandles;

namespace LayerStore.Content;

/// <summary>Writes <c>ingest/KEY/data</c>, and hands it to the store to be published.</summary>
internal sealed class FileIngestWriter : IngestWriter
{
    private const int RehashBufferSize = 256 * 1024;

    private readonly ContentStore _store;
    private readonly IngestDirectory _directory;
    private readonly StoreLock _lock;
    private readonly SafeFileHandle _data;
    private readonly LargeFileWriter _file;
    private readonly IngestRecord _record;
    private readonly Digest? _recordedDigest;
    private readonly Digest? _expected;
    private readonly long? _total;
    private readonly string _what;
    private readonly DigestAlgorithm _algorithm;
    private ParallelHash _hash;
    private long _offset;
    private DateTimeOffset _updatedAt;
    private bool _isChanged;
    private bool _released;

    /// <summary>Takes over the lock and the open data, whose bytes so far are kept.</summary>
    /// <param name="store">Where the blob is published.</param>
    /// <param name="directory">The ingest.</param>
    /// <param name="held">Its lock.</param>
    /// <param name="data">Its data.</param>
    /// <param name="record">What is recorded of it.</param>
    /// <param name="digest">The digest in the record, or null.</param>
    /// <param name="isBound">Whether only the recorded digest and size will do.</param>
    public FileIngestWriter(
        ContentStore store, IngestDirectory directory, StoreLock held, SafeFileHandle data, IngestRecord record, Digest? digest, bool isBound)
    {
        _store = store;
        _directory = directory;
        _lock = held;
        _data = data;
        _record = record;
        _recordedDigest = digest;
        _expected = isBound ? digest : null;
        _total = isBound ? record.Size : null;
        _what = $"ingest \"{Printable.Text(record.Reference)}\"";
        _file = new LargeFileWriter(data, _what);
        _algorithm = digest?.Algorithm ?? DigestAlgorithm.Sha256;
        _hash = new ParallelHash(_algorithm);
        FileStat stat = PosixFile.Stat(data, _what);
        _offset = stat.Size;
        _updatedAt = _offset > 0 ? stat.ModifiedAt : record.StartedAt;
        Reference = record.Reference;
    }

    public override string Reference { get; }

    public override long Offset => _offset;

    public override IngestStatus Status =>
        new(Reference, _offset, _recordedDigest, _record.Size, _record.StartedAt, _updatedAt, IsActive: !_released);

    public override void Write(ReadOnlySpan<byte> data)
    {
        ObjectDisposedException.ThrowIf(_released, this);
        if (_total is { } total && data.Length > total - _offset)
        {
            throw WrongSize(_expected, total, _offset + data.Length);
        }

        HashExisting(_hash, CancellationToken.None);
        _file.Write(data, _offset, _total);
        _hash.Append(data);
        _offset += data.Length;
        Changed();
    }

    public override Digest Current()
    {
        ObjectDisposedException.ThrowIf(_released, this);
        return Current(_algorithm, CancellationToken.None);
    }

    public override Stream OpenWritten()
    {
        ObjectDisposedException.ThrowIf(_released, this);
        return new LocalFileStream(_data, _what, 0, _offset);
    }

    public override void Restart()
    {
        ObjectDisposedException.ThrowIf(_released, this);
        SetLength(0);
        _offset = 0;
        _hash.Dispose();
        _hash = new ParallelHash(_algorithm);
        Changed();
    }

    public override void Discard()
    {
        if (!_released)
        {
            _directory.TryRemove();
            Release();
        }
    }

    public override async Task<BlobInfo> CommitAsync(
        Digest? expected = null,
        long? size = null,
        IReadOnlyDictionary<string, string>? labels = null,
        bool mustBeNew = false,
        CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        using Activity? span = Tracing.Source.StartActivity("publish blob");
        BlobInfo blob = await Commit(Verify(expected, size, labels, cancellationToken), mustBeNew, cancellationToken).ConfigureAwait(false);
        span?.SetTag("layerstore.digest", blob.Digest.ToString());
        return blob;
    }

    /// <summary>Whether it came from this store object.</summary>
    public bool BelongsTo(ContentStore store) => ReferenceEquals(store, _store);

    /// <summary>Checks digest and size, and that nothing but the blob's bytes is in the file.</summary>
    public VerifiedIngest Verify(Digest? expected, long? size, IReadOnlyDictionary<string, string>? labels, CancellationToken cancellationToken)
    {
        ObjectDisposedException.ThrowIf(_released, this);
        labels ??= Labels.None;
        Labels.Validate(labels!);
        expected ??= _expected;
        size ??= _total;
        Digest actual = Require(expected, size, () => Current(expected?.Algorithm ?? _algorithm, cancellationToken));

        // A write that failed halfway has left bytes beyond the offset.
        SetLength(_offset);
        return new VerifiedIngest(_record.Owner, actual, _offset, _data, _directory.Data, labels);
    }

    /// <summary>Ends it, after what was verified was published or could not be.</summary>
    public void End(bool isPublished)
    {
        if (!isPublished)
        {
            // After a failed fsync the kernel holds these pages for clean: bytes that may never reach the disk must not
            // be resumed.
            PosixFile.Discard(_directory.Data);
        }

        _file.Forget();

        // A blob's time of modification is recorded, and tells whether somebody else changed it. What is left of the ingest holds none any more.
        _isChanged = false;
        _directory.TryRemove();
        Release();
    }

    protected override void Release()
    {
        if (_released)
        {
            return;
        }

        _released = true;
        if (_isChanged)
        {
            PosixFile.TrySetModified(_data, _updatedAt);
        }

        _hash.Dispose();
        _data.Dispose();
        _lock.Dispose();
    }

    // The kernel dates a write by its last tick, some milliseconds ago: too early for who has looked at a clock before.
    private void Changed()
    {
        _updatedAt = _store.Now;
        _isChanged = true;
    }

    private async Task<BlobInfo> Commit(VerifiedIngest verified, bool mustBeNew, CancellationToken cancellationToken)
    {
        using StoreLock publishing = await _store.LockForPublishingAsync(cancellationToken).ConfigureAwait(false);
        bool isPublished = false;
        try
        {
            BlobInfo blob = _store.Publish(verified, mustBeNew);
            isPublished = true;
            return blob;
        }
        finally
        {
            End(isPublished);
        }
    }

    // Under another algorithm than the ingest's all bytes are read, and nothing is left of it: that digest may be the wrong one.
    private Digest Current(DigestAlgorithm algorithm, CancellationToken cancellationToken)
    {
        using ParallelHash? other = algorithm == _algorithm ? null : new ParallelHash(algorithm);
        HashExisting(other ?? _hash, cancellationToken);
        return (other ?? _hash).Current();
    }

    // Bytes of an earlier writer are read once, and only if they are kept.
    private void HashExisting(ParallelHash hash, CancellationToken cancellationToken)
    {
        if (hash.Length == _offset)
        {
            return;
        }

        byte[] buffer = ArrayPool<byte>.Shared.Rent(RehashBufferSize);
        try
        {
            while (hash.Length < _offset)
            {
                cancellationToken.ThrowIfCancellationRequested();
                int length = RandomAccess.Read(_data, buffer.AsSpan(0, (int)Math.Min(buffer.Length, _offset - hash.Length)), hash.Length);
                if (length == 0)
                {
                    throw new SizeMismatchException(_what, _offset, hash.Length);
                }

                hash.Append(buffer.AsSpan(0, length));
            }
        }
        catch (Exception e) when (IoErrors.IsIo(e))
        {
            throw IoErrors.Translate(e, $"read {_what}");
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private void SetLength(long length)
    {
        try
        {
            RandomAccess.SetLength(_data, length);
        }
        catch (Exception e) when (IoErrors.IsIo(e))
        {
            throw IoErrors.Translate(e, $"write {_what}");
        }
    }
}
