using System.Buffers.Binary;

namespace Fuzz.Mutation;

/// <summary>Changes zstd data by frames (RFC 8878): skippable frames, frames of raw and repeated blocks, the fields of their headers.</summary>
internal sealed class ZstdMutator : IMutator
{
    private const uint Magic = 0xFD2FB528;
    private const uint SkippableMagic = 0x184D2A50;

    public byte[]? Mutate(byte[] input, MutationContext context) => context.Random.Next(6) switch
    {
        0 => [.. Skippable(context), .. input],
        1 => [.. input, .. Skippable(context)],
        2 => [.. input, .. Frame(context)],
        3 => [.. Frame(context), .. input],
        4 => Frame(context),

        // The frame's header descriptor and what it says of the window, of a dictionary and of the content's size.
        _ => input.Length < 8 ? null : ByteMutator.Replaced(input, 4 + context.Random.Next(4), 1, [(byte)context.Random.Next(256)]),
    };

    private static byte[] Skippable(MutationContext context)
    {
        byte[] frame = new byte[8 + context.Random.Next(40)];
        BinaryPrimitives.WriteUInt32LittleEndian(frame, SkippableMagic + (uint)context.Random.Next(17));
        BinaryPrimitives.WriteUInt32LittleEndian(frame.AsSpan(4), context.OneIn(6) ? (uint)context.Number() : (uint)frame.Length - 8);
        return frame;
    }

    private static byte[] Frame(MutationContext context)
    {
        using MemoryStream frame = new();
        byte[] magic = new byte[4];
        BinaryPrimitives.WriteUInt32LittleEndian(magic, Magic);
        frame.Write(magic);

        // No single segment, no checksum, no dictionary: a window descriptor follows, its exponent in the upper five bits.
        frame.Write([0, (byte)(context.OneIn(4) ? context.Random.Next(256) : context.Random.Next(12) << 3)]);
        int blocks = 1 + context.Random.Next(3);
        for (int i = 1; i <= blocks; i++)
        {
            bool repeats = context.OneIn(2);
            int size = context.OneIn(8) ? context.Random.Next(1 << 21) : context.Random.Next(200);
            int header = (i == blocks && !context.OneIn(8) ? 1 : 0) | ((repeats ? 1 : 0) << 1) | (size << 3);
            frame.Write([(byte)header, (byte)(header >> 8), (byte)(header >> 16)]);
            frame.Write(new byte[repeats ? 1 : Math.Min(size, 400)]);
        }

        return frame.ToArray();
    }
}
