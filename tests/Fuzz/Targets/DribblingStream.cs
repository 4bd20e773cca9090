using LayerStore;

namespace Fuzz.Targets;

/// <summary>Gives bytes in pieces of changing sizes, as a socket or pipe may: what is read must not depend on it.</summary>
internal sealed class DribblingStream(byte[] bytes) : ReadOnlyStream
{
    private static readonly int[] s_pieces = [1, 7, 512, 3, 4096, 64, 511, 13];

    private int _position;
    private int _piece;

    public override int Read(Span<byte> buffer)
    {
        int count = Math.Min(Math.Min(buffer.Length, s_pieces[_piece++ % s_pieces.Length]), bytes.Length - _position);
        bytes.AsSpan(_position, count).CopyTo(buffer);
        _position += count;
        return count;
    }
}
