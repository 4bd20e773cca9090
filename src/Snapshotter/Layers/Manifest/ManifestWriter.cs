using System.Buffers;
using System.Buffers.Binary;
using System.Security.Cryptography;
using LayerStore;
using Snapshotter.Linux;

namespace Snapshotter.Layers.Manifest;

/// <summary>Writes a layer manifest, entry by entry, in the order of <see cref="LayerManifest"/>.</summary>
internal sealed class ManifestWriter : IDisposable
{
    private const int FlushSize = 256 << 10;

    private readonly FileStream _file;
    private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private readonly ArrayBufferWriter<byte> _buffer = new(FlushSize + 16384);
    private ByteString _previous;

    /// <summary>Makes the file, or empties it.</summary>
    public ManifestWriter(string path)
    {
        try
        {
            _file = new FileStream(path, FileMode.Create, FileAccess.Write, FileShare.Read, bufferSize: 0);
        }
        catch (Exception e) when (IoErrors.IsIo(e))
        {
            throw IoErrors.Translate(e, $"write {Printable.Text(path)}");
        }

        _buffer.Write(LayerManifest.Magic);
    }

    /// <summary>Adds the next entry.</summary>
    public void Add(ManifestEntry entry)
    {
        int shared = entry.Path.Span.CommonPrefixLength(_previous.Span);
        PutNumber((ulong)shared);
        PutBytes(entry.Path.Span[shared..]);
        _previous = entry.Path;
        if (entry.LinkOf is { } first)
        {
            PutByte(LayerManifest.LinkTag);
            PutBytes(first.Span);
        }
        else
        {
            PutByte(LayerManifest.TagOf(entry.Type));
            PutMetadata(entry);
        }

        if (_buffer.WrittenCount >= FlushSize)
        {
            Flush();
        }
    }

    /// <summary>Finishes the file and returns its digest. It becomes durable with the layer.</summary>
    public Digest Finish()
    {
        Flush();
        return Digest.Finish(DigestAlgorithm.Sha256, _hash);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _file.Dispose();
        _hash.Dispose();
    }

    private void PutMetadata(ManifestEntry entry)
    {
        PutNumber(entry.Mode);
        PutNumber(entry.Owner.UserId);
        PutNumber(entry.Owner.GroupId);
        PutByte(entry.TrueOwner is null ? (byte)0 : (byte)1);
        if (entry.TrueOwner is { } owner)
        {
            PutNumber(owner.UserId);
            PutNumber(owner.GroupId);
        }

        BinaryPrimitives.WriteInt64LittleEndian(_buffer.GetSpan(8), entry.ModifiedAt.Seconds);
        _buffer.Advance(8);
        PutNumber((ulong)entry.ModifiedAt.Nanoseconds);
        PutBytes(entry.XattrHash.Span);
        switch (entry.Type)
        {
            case FileType.RegularFile:
                PutNumber((ulong)entry.Size);
                PutBytes(entry.ContentHash.Span);
                break;
            case FileType.SymbolicLink:
                PutBytes(entry.LinkTarget.Span);
                break;
            case FileType.CharacterDevice or FileType.BlockDevice:
                PutNumber(entry.DeviceMajor);
                PutNumber(entry.DeviceMinor);
                break;
        }
    }

    private void PutBytes(ReadOnlySpan<byte> bytes)
    {
        PutNumber((ulong)bytes.Length);
        _buffer.Write(bytes);
    }

    private void PutByte(byte value)
    {
        _buffer.GetSpan(1)[0] = value;
        _buffer.Advance(1);
    }

    // LEB128: seven bits a byte, the lowest first; the high bit says that more follow.
    private void PutNumber(ulong value)
    {
        for (; value >= 0x80; value >>= 7)
        {
            PutByte((byte)(value | 0x80));
        }

        PutByte((byte)value);
    }

    private void Flush()
    {
        try
        {
            _hash.AppendData(_buffer.WrittenSpan);
            _file.Write(_buffer.WrittenSpan);
            _buffer.ResetWrittenCount();
        }
        catch (Exception e) when (IoErrors.IsIo(e))
        {
            throw IoErrors.Translate(e, $"write {Printable.Text(_file.Name)}");
        }
    }
}
