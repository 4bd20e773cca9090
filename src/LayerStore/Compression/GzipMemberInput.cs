namespace LayerStore.Compression;

/// <summary>
/// The deflate data of one gzip member, handed to a <see cref="System.IO.Compression.DeflateStream"/> so that it is known
/// exactly where it ended. A DeflateStream reads ahead and does not say how many bytes it left over (.NET 11 seeks back; .NET 10
/// does not). But it asks for more only when it has used up what it was given and is not at its end. So if it ends with a
/// piece of one byte in hand, that byte was the last of the member.
/// </summary>
/// <remarks>
/// A member can end only eight bytes (the trailer) before the input's end or before the magic of the next member. The last
/// byte before each such place, a handful in a layer, is a piece of its own. If the inflater stops with another piece
/// in hand, something else follows the member.
/// </remarks>
internal sealed class GzipMemberInput(PackedInput input) : ReadOnlyStream
{
    private const int TrailerLength = 8;
    private const int Lookahead = 1 + TrailerLength + 3;

    private static ReadOnlySpan<byte> Magic => [0x1F, 0x8B, 0x08];

    /// <summary>Whether the bytes handed out so far end where a member can end.</summary>
    public bool AtPossibleEnd { get; private set; }

    /// <summary>Whether more was asked for than the input has before its last eight bytes.</summary>
    public bool IsTruncated { get; private set; }

    public override int Read(Span<byte> buffer)
    {
        if (buffer.IsEmpty)
        {
            return 0;
        }

        int count = NextPiece(input.Peek(Lookahead), buffer.Length);
        input.Buffered[..count].CopyTo(buffer);
        input.Take(count);
        return count;
    }

    private int NextPiece(ReadOnlySpan<byte> there, int max)
    {
        int possibleEnd;
        if (there.Length < Lookahead)
        {
            // The input's end is in sight: the trailer must fit before it.
            possibleEnd = there.Length - TrailerLength;
            if (possibleEnd <= 0)
            {
                IsTruncated = true;
                return 0;
            }
        }
        else
        {
            ReadOnlySpan<byte> view = there[..Math.Min(there.Length, max + Lookahead - 1)];
            int magic = view[(1 + TrailerLength)..].IndexOf(Magic);
            if (magic < 0)
            {
                // A magic may begin in the last two bytes in view, so up to what lies far enough before those there is no end.
                AtPossibleEnd = false;
                return view.Length - Lookahead + 1;
            }

            possibleEnd = magic + 1;
        }

        AtPossibleEnd = possibleEnd == 1;
        return AtPossibleEnd ? 1 : Math.Min(possibleEnd - 1, max);
    }
}
