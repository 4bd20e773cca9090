using System.Buffers;
using LayerStore;
using LayerStore.Tar;
using Microsoft.Win32.SafeHandles;
using Snapshotter.Linux;

namespace Snapshotter.Layers.Diff;

/// <summary>Writes a layer as a tar in the canonical form of <see cref="TarWriter"/>.</summary>
internal sealed class TarLayerSink : ILayerSink
{
    private const int BufferSize = 128 << 10;

    private readonly TarWriter _writer;

    /// <summary>Writes to a stream that stays the caller's.</summary>
    /// <param name="stream">Gets the tar.</param>
    public TarLayerSink(Stream stream) => _writer = new TarWriter(stream);

    /// <summary>Takes the sha256 of each regular file by its path; null if nobody wants them.</summary>
    public Dictionary<ByteString, ByteString>? Hashes { get; init; }

    /// <summary>How many entries were written, whiteouts included.</summary>
    public long EntryCount { get; private set; }

    /// <inheritdoc/>
    public void Add(TarEntry entry, SafeFileHandle? content)
    {
        ArgumentNullException.ThrowIfNull(entry);
        EntryCount++;
        _writer.WriteEntry(entry.Type == TarEntryType.Directory ? entry with { Name = DirectoryName(entry.Name) } : entry);
        if (entry.Type == TarEntryType.RegularFile && entry.Size > 0)
        {
            ArgumentNullException.ThrowIfNull(content);
            Copy(entry, content);
        }
    }

    /// <summary>Writes an empty file named <c>.wh.NAME</c> (OCI image-spec, layer.md, "Whiteouts"): mode 0, root, mtime 0.</summary>
    public void AddWhiteout(ByteString path)
    {
        EntryCount++;
        _writer.WriteEntry(new TarEntry { Name = LayerPath.WhiteoutOf(path), Type = TarEntryType.RegularFile });
    }

    /// <inheritdoc/>
    public void Finish() => _writer.Finish();

    private static ByteString DirectoryName(ByteString path) =>
        path.IsEmpty ? ByteString.FromText("./") : ByteString.Concat(path.Span, "/"u8);

    private void Copy(TarEntry entry, SafeFileHandle content)
    {
        byte[] buffer = ArrayPool<byte>.Shared.Rent(BufferSize);
        using ParallelHash? hash = Hashes is null ? null : new ParallelHash(DigestAlgorithm.Sha256);
        try
        {
            for (long offset = 0; offset < entry.Size;)
            {
                int wanted = (int)Math.Min(buffer.Length, entry.Size - offset);
                int read = FileOperations.ReadAt(content, buffer.AsSpan(0, wanted), offset, entry.Name);
                if (read == 0)
                {
                    throw ChangedFile.Error(entry.Name);
                }

                hash?.Append(buffer.AsSpan(0, read));
                _writer.WriteContent(buffer.AsSpan(0, read));
                offset += read;
            }

            if (hash is not null)
            {
                Hashes![entry.Name] = ByteString.FromOwned(hash.CurrentHash());
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }
}
