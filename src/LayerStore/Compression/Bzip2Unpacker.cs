using System.Runtime.ExceptionServices;
using ICSharpCode.SharpZipLib;
using ICSharpCode.SharpZipLib.BZip2;

namespace LayerStore.Compression;

/// <summary>
/// bzip2, as docker's legacy layers may have it: streams one after the other, as pbzip2 writes them. SharpZipLib decodes
/// one; it takes bytes from its input only as it needs them, so the next stream begins where it stopped.
/// </summary>
internal sealed class Bzip2Unpacker(PackedInput input) : IUnpacker
{
    private readonly Bzip2Input _input = new(input);
    private readonly byte[] _buffer = new byte[64 << 10];
    private BZip2InputStream? _stream;

    public int Read(Span<byte> target)
    {
        try
        {
            while (_stream is not null || OpenStream())
            {
                // SharpZipLib reads into arrays only.
                int count = _stream!.Read(_buffer, 0, Math.Min(target.Length, _buffer.Length));
                if (count > 0)
                {
                    _buffer.AsSpan(0, count).CopyTo(target);
                    return count;
                }

                _stream = null;
            }

            return 0;
        }
        catch (Exception) when (_input.Failure is not null)
        {
            ExceptionDispatchInfo.Throw(_input.Failure);
            throw;
        }
        catch (Exception e) when (e is SharpZipBaseException or EndOfStreamException or IndexOutOfRangeException)
        {
            // Some damage runs its decoder's tables over.
            throw Damaged(e is EndOfStreamException ? "it is truncated" : "a block is not valid", e);
        }
    }

    public void Dispose()
    {
        // The decoder holds memory only, and its input is not ours.
    }

    private bool OpenStream()
    {
        ReadOnlySpan<byte> start = input.Peek(4);
        if (start.IsEmpty)
        {
            return false;
        }

        if (start is not [(byte)'B', (byte)'Z', (byte)'h', >= (byte)'1' and <= (byte)'9', ..])
        {
            throw Damaged("something that is not bzip2 follows it");
        }

        _stream = new BZip2InputStream(_input) { IsStreamOwner = false };
        return true;
    }

    private static LayerStoreException Damaged(string problem, Exception? cause = null) => PackedData.Damaged("bzip2", problem, cause);
}
