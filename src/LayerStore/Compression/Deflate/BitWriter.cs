using System.Buffers.Binary;
using System.Diagnostics;
using System.Runtime.CompilerServices;

namespace LayerStore.Compression.Deflate;

/// <summary>
/// Writes bits as deflate wants them, the lowest first (RFC 1951, 3.1.1). Whoever adds sees to it that no more than
/// <see cref="MaxPending"/> bits are added between two calls of <see cref="Flush"/>, and that the target has eight bytes more than needed.
/// </summary>
internal ref struct BitWriter(Span<byte> target)
{
    /// <summary>Bits that fit beside the seven that a flush may leave.</summary>
    public const int MaxPending = 56;

    private readonly Span<byte> _target = target;
    private ulong _bits;
    private int _count;
    private int _position;

    /// <summary>Bits written and pending.</summary>
    public readonly int BitPosition => (_position * 8) + _count;

    /// <summary>Adds the low bits of a value, whose others are zero.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Add(ulong value, int count)
    {
        _bits |= value << _count;
        _count += count;
        Debug.Assert(_count <= MaxPending + 7, "too many bits between two flushes");
    }

    /// <summary>Moves all whole bytes to the target. It always writes eight bytes, and goes on behind those that count.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Flush()
    {
        BinaryPrimitives.WriteUInt64LittleEndian(_target[_position..], _bits);
        _position += _count >> 3;
        _bits >>= _count & ~7;
        _count &= 7;
    }

    /// <summary>Fills the byte begun with zero bits, and returns the number of bytes in the target.</summary>
    public int AlignToByte()
    {
        _count = (_count + 7) & ~7;
        Flush();
        return _position;
    }

    /// <summary>Copies bytes, at a byte's boundary.</summary>
    public void Write(scoped ReadOnlySpan<byte> bytes)
    {
        bytes.CopyTo(_target[_position..]);
        _position += bytes.Length;
    }
}
