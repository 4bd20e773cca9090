using System.Buffers.Binary;

namespace LayerStore.Compression;

/// <summary>
/// One gzip member (RFC 1952) whose bytes depend on the data alone: blocks of a fixed size, each deflated on its own by
/// the project's own encoder, on as many cores as there are; no name, no time, no operating system in the header.
/// </summary>
/// <remarks>
/// See docs/decisions/0002-gzip-blocks.md. The writing thread fills blocks and writes the output; it waits when all are in use.
/// </remarks>
internal sealed class GzipPacker : PackingStream
{
    private static readonly int s_maxBlocks = 2 * Math.Clamp(Environment.ProcessorCount, 1, 16);

    private readonly Stream _output;
    private readonly Queue<(GzipBlock Block, Task Deflated)> _underWay = new();
    private readonly Stack<GzipBlock> _free = new();
    private GzipBlock _current = new();
    private int _blocks = 1;
    private uint _crc;
    private uint _length;

    public GzipPacker(Stream output)
    {
        _output = output;

        // Magic, deflate, no flags, no time, no extra flags, unknown operating system.
        _output.Write([0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 0xFF]);
    }

    protected override void Pack(ReadOnlySpan<byte> data)
    {
        _crc = Crc32.Update(_crc, data);
        _length += (uint)data.Length;
        while (!data.IsEmpty)
        {
            data = data[_current.Fill(data)..];
            if (_current.IsFull)
            {
                Start();
                _current = NextBlock();
            }
        }
    }

    protected override void Finish()
    {
        // The last block may be empty; that it is decided by the length alone keeps the bytes the same. This thread has nothing
        // else to do, and a small layer none to wait for.
        _current.Deflate(last: true);
        while (_underWay.Count > 0)
        {
            WriteOldest();
        }

        _output.Write(_current.Output);
        Span<byte> trailer = stackalloc byte[8];
        BinaryPrimitives.WriteUInt32LittleEndian(trailer, _crc);
        BinaryPrimitives.WriteUInt32LittleEndian(trailer[4..], _length);
        _output.Write(trailer);
    }

    private void Start()
    {
        GzipBlock block = _current;
        _underWay.Enqueue((block, Task.Run(() => block.Deflate(last: false))));
    }

    private GzipBlock NextBlock()
    {
        // What is done already is written now, so that the output gets on while blocks are filled.
        while (_underWay.TryPeek(out (GzipBlock Block, Task Deflated) oldest)
            && (oldest.Deflated.IsCompleted || (_free.Count == 0 && _blocks == s_maxBlocks)))
        {
            WriteOldest();
        }

        if (_free.TryPop(out GzipBlock? block))
        {
            return block;
        }

        _blocks++;
        return new GzipBlock();
    }

    private void WriteOldest()
    {
        (GzipBlock block, Task deflated) = _underWay.Dequeue();
        deflated.GetAwaiter().GetResult();
        _output.Write(block.Output);
        _free.Push(block);
    }
}
