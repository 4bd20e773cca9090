using System.Buffers.Binary;
using System.IO.Compression;
using ICSharpCode.SharpZipLib.Checksum;

namespace Fuzz.Mutation;

/// <summary>Changes gzip data by members: optional fields, a trailer made right, members repeated and added, things between them.</summary>
internal sealed class GzipMutator : IMutator
{
    private readonly ByteMutator _bytes = new();

    public byte[]? Mutate(byte[] input, MutationContext context)
    {
        switch (context.Random.Next(6))
        {
            case 0:
                return [.. input, .. Member(context)];
            case 1:
                return [.. Member(context), .. input];
            case 2:
                return [.. input, .. context.OneIn(2) ? new byte[context.Random.Next(600)] : context.Token()];
            case 3:
                return Member(context);
            case 4 when input.Length >= 8:
                // The trailer of what the stream now holds.
                return [.. input.AsSpan(0, input.Length - 8), .. Trailer(Inflate(input))];
            case 5 when input.Length >= 18:
                return ByteMutator.Replaced(input, input.Length - 8 - context.Random.Next(3), 0, _bytes.Mutate(input[..8], context) ?? []);
            default:
                return null;
        }
    }

    /// <summary>A member of some plain data, with or without optional fields.</summary>
    private static byte[] Member(MutationContext context)
    {
        byte[] plain = Plain(context);
        using MemoryStream deflated = new();
        CompressionLevel level = context.OneIn(2) ? CompressionLevel.NoCompression : CompressionLevel.Fastest;
        using (DeflateStream deflate = new(deflated, level, leaveOpen: true))
        {
            deflate.Write(plain);
        }

        byte flags = (byte)(context.OneIn(2) ? 0 : context.Random.Next(32));
        using MemoryStream member = new();
        member.Write([0x1F, 0x8B, 8, flags, 0, 0, 0, 0, 0, 255]);
        if ((flags & 4) != 0)
        {
            byte[] extra = new byte[context.Random.Next(40)];
            context.Random.NextBytes(extra);
            member.Write([(byte)extra.Length, 0, .. extra]);
        }

        for (int text = (flags >> 3) & 3; text > 0; text >>= 1)
        {
            member.Write((text & 1) != 0 ? "text\0"u8 : default);
        }

        if ((flags & 2) != 0)
        {
            Crc32 crc = new();
            crc.Update(member.ToArray());
            member.Write([(byte)crc.Value, (byte)(crc.Value >> 8)]);
        }

        return [.. member.ToArray(), .. deflated.ToArray(), .. Trailer(plain)];
    }

    /// <summary>Bytes in which a member seems to end or to begin: the end is found by looking for the next magic.</summary>
    private static byte[] Plain(MutationContext context)
    {
        byte[] plain = new byte[context.OneIn(8) ? 0 : context.Random.Next(300)];
        if (context.OneIn(2))
        {
            context.Random.NextBytes(plain);
        }

        for (int i = context.Random.Next(3); i > 0 && plain.Length > 16; i--)
        {
            ReadOnlySpan<byte> magic = [0x1F, 0x8B, 8, 0];
            magic.CopyTo(plain.AsSpan(context.Random.Next(plain.Length - 4)));
        }

        return plain;
    }

    private static byte[] Inflate(byte[] input)
    {
        using MemoryStream plain = new();
        try
        {
            using GZipStream gzip = new(new MemoryStream(input), CompressionMode.Decompress);
            gzip.CopyTo(plain);
        }
        catch (InvalidDataException)
        {
            // What came out before the damage serves.
        }

        return plain.ToArray();
    }

    private static byte[] Trailer(byte[] plain)
    {
        Crc32 crc = new();
        crc.Update(plain);
        byte[] trailer = new byte[8];
        BinaryPrimitives.WriteUInt32LittleEndian(trailer, (uint)crc.Value);
        BinaryPrimitives.WriteUInt32LittleEndian(trailer.AsSpan(4), (uint)plain.Length);
        return trailer;
    }
}
