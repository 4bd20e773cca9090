using System.Buffers.Binary;
using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace LayerStore.Compression.Deflate;

/// <summary>
/// The data to be deflated, read in words from any position. The encoder spends most of its time on these reads, and is a tenth
/// faster without a check of each; debug builds do check, and the tests run in them.
/// </summary>
/// <param name="buffer">The data, and <see cref="Slack"/> bytes more: words that begin in the data may end there, and what is
/// read there decides nothing.</param>
internal readonly ref struct Window(ReadOnlySpan<byte> buffer)
{
    /// <summary>Bytes behind the data.</summary>
    public const int Slack = sizeof(ulong);

    private readonly ReadOnlySpan<byte> _buffer = buffer;

    /// <summary>The number of bytes of data.</summary>
    public int Length => _buffer.Length - Slack;

    /// <summary>A piece of the data.</summary>
    public ReadOnlySpan<byte> Slice(int start, int length) => _buffer.Slice(start, length);

    /// <summary>Four bytes, the first the lowest.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public uint Load32(int at)
    {
        uint value = Load<uint>(at);
        return BitConverter.IsLittleEndian ? value : BinaryPrimitives.ReverseEndianness(value);
    }

    /// <summary>Eight bytes, the first the lowest.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public ulong Load64(int at)
    {
        ulong value = Load<ulong>(at);
        return BitConverter.IsLittleEndian ? value : BinaryPrimitives.ReverseEndianness(value);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private T Load<T>(int at)
        where T : unmanaged
    {
        Debug.Assert(at >= 0 && at <= _buffer.Length - Unsafe.SizeOf<T>(), "a read outside the window");
        return Unsafe.ReadUnaligned<T>(ref Unsafe.Add(ref MemoryMarshal.GetReference(_buffer), at));
    }
}
