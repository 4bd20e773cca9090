using System.Buffers.Binary;
using System.Globalization;
using System.Text;

namespace Fuzz.Mutation;

/// <summary>Changes bytes and knows nothing of any format, but the literals of the code that reads it.</summary>
internal sealed class ByteMutator : IMutator
{
    public byte[]? Mutate(byte[] input, MutationContext context)
    {
        Random random = context.Random;
        int at = random.Next(input.Length + 1);
        int length = Math.Min(input.Length - at, 1 << random.Next(12));
        switch (random.Next(11))
        {
            case 0 when length > 0:
                return Changed(input, copy => copy[at] ^= (byte)(1 << random.Next(8)));
            case 1 when length > 0:
                return Changed(input, copy => copy[at] = (byte)random.Next(256));
            case 2 when length > 0:
                return Changed(input, copy => copy[at] += (byte)random.Next(-16, 17));
            case 3 when length > 0:
                return Replaced(input, at, length, []);
            case 4 when length > 0:
                return Replaced(input, random.Next(input.Length + 1), 0, input.AsSpan(at, length));
            case 5:
                return Replaced(input, at, 0, context.Token());
            case 6:
                byte[] token = context.Token();
                return Replaced(input, at, Math.Min(token.Length, input.Length - at), token);
            case 7:
                return Replaced(input, at, DigitsAt(input, at), Encoding.ASCII.GetBytes(context.Number().ToString(CultureInfo.InvariantCulture)));
            case 8:
                return Changed(input, copy => WriteNumber(copy.AsSpan(at), context));
            case 9:
                byte[] other = context.Other();
                int from = random.Next(other.Length + 1);
                int count = Math.Min(other.Length - from, 1 << random.Next(12));
                return Replaced(input, at, context.OneIn(2) ? Math.Min(count, input.Length - at) : 0, other.AsSpan(from, count));
            case 10 when length > 0 && context.OneIn(4):
                return input[..at];
            default:
                return Replaced(input, at, 0, [(byte)random.Next(256)]);
        }
    }

    /// <summary>Puts bytes in another's place.</summary>
    public static byte[] Replaced(ReadOnlySpan<byte> input, int start, int length, ReadOnlySpan<byte> by) => [.. input[..start], .. by, .. input[(start + length)..]];

    private static byte[] Changed(byte[] input, Action<byte[]> change)
    {
        byte[] copy = [.. input];
        change(copy);
        return copy;
    }

    private static int DigitsAt(byte[] input, int at)
    {
        int end = at;
        while (end < input.Length && char.IsAsciiDigit((char)input[end]))
        {
            end++;
        }

        return end - at;
    }

    private static void WriteNumber(Span<byte> place, MutationContext context)
    {
        Span<byte> number = stackalloc byte[8];
        long value = context.Number();
        int width = Math.Min(1 << context.Random.Next(4), place.Length);
        if (context.OneIn(2))
        {
            BinaryPrimitives.WriteInt64LittleEndian(number, value);
            number[..width].CopyTo(place);
        }
        else
        {
            BinaryPrimitives.WriteInt64BigEndian(number, value);
            number[^width..].CopyTo(place);
        }
    }
}
