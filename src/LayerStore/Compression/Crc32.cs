using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace LayerStore.Compression;

/// <summary>
/// The checksum of gzip (RFC 1952, section 8; CRC-32/ISO-HDLC). The class library's is in a package of its own that is not
/// worth a dependency. Long inputs fold 64 bytes at a time with carry-less multiplication, as V. Gopal and others describe in
/// "Fast CRC Computation for Generic Polynomials Using PCLMULQDQ" (Intel, 2009); the rest goes through tables, 8 bytes at a time.
/// </summary>
internal static class Crc32
{
    private static readonly uint[] s_tables = MakeTables();

    /// <summary>Carries a checksum on over more bytes; it begins as 0.</summary>
    public static uint Update(uint crc, ReadOnlySpan<byte> data)
    {
        crc = ~crc;
        if (Pclmulqdq.IsSupported && data.Length >= 128)
        {
            crc = Fold(crc, ref data);
        }

        return ~UpdateByTables(crc, data);
    }

    /// <summary>The same without the processor's help; internal to be tested against the other.</summary>
    internal static uint UpdateByTables(uint crc, ReadOnlySpan<byte> data)
    {
        ReadOnlySpan<uint> t = s_tables;
        for (; data.Length >= 8; data = data[8..])
        {
            uint low = BinaryPrimitives.ReadUInt32LittleEndian(data) ^ crc;
            uint high = BinaryPrimitives.ReadUInt32LittleEndian(data[4..]);
            crc = t[0x700 + (byte)low] ^ t[0x600 + (byte)(low >> 8)] ^ t[0x500 + (byte)(low >> 16)] ^ t[0x400 + (int)(low >> 24)]
                ^ t[0x300 + (byte)high] ^ t[0x200 + (byte)(high >> 8)] ^ t[0x100 + (byte)(high >> 16)] ^ t[(int)(high >> 24)];
        }

        foreach (byte b in data)
        {
            crc = t[(byte)crc ^ b] ^ (crc >> 8);
        }

        return crc;
    }

    /// <summary>
    /// Replaces all whole blocks of 64 bytes by 16 bytes that have the same remainder, whose checksum is then taken by tables.
    /// </summary>
    private static uint Fold(uint crc, ref ReadOnlySpan<byte> data)
    {
        // x^(512±32) and x^(128±32) mod P, bit-reflected: the distances by which a fold carries a block on.
        Vector128<ulong> by64 = Vector128.Create(0x0154442BD4UL, 0x01C6E41596UL);
        Vector128<ulong> by16 = Vector128.Create(0x01751997D0UL, 0x00CCAA009EUL);

        Vector128<ulong> a = Load(data, 0) ^ Vector128.CreateScalar((ulong)crc);
        Vector128<ulong> b = Load(data, 16);
        Vector128<ulong> c = Load(data, 32);
        Vector128<ulong> d = Load(data, 48);
        for (data = data[64..]; data.Length >= 64; data = data[64..])
        {
            a = Step(a, by64, Load(data, 0));
            b = Step(b, by64, Load(data, 16));
            c = Step(c, by64, Load(data, 32));
            d = Step(d, by64, Load(data, 48));
        }

        a = Step(Step(Step(a, by16, b), by16, c), by16, d);
        Span<byte> rest = stackalloc byte[16];
        a.AsByte().CopyTo(rest);
        return UpdateByTables(0, rest);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<ulong> Step(Vector128<ulong> value, Vector128<ulong> distance, Vector128<ulong> next) =>
        Pclmulqdq.CarrylessMultiply(value, distance, 0x00) ^ Pclmulqdq.CarrylessMultiply(value, distance, 0x11) ^ next;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<ulong> Load(ReadOnlySpan<byte> data, int offset) =>
        Unsafe.ReadUnaligned<Vector128<ulong>>(ref MemoryMarshal.GetReference(data.Slice(offset, 16)));

    private static uint[] MakeTables()
    {
        uint[] tables = new uint[8 * 256];
        for (uint i = 0; i < 256; i++)
        {
            uint value = i;
            for (int bit = 0; bit < 8; bit++)
            {
                value = (value & 1) != 0 ? (value >> 1) ^ 0xEDB88320 : value >> 1;
            }

            tables[i] = value;
        }

        for (int i = 256; i < tables.Length; i++)
        {
            tables[i] = (tables[i - 256] >> 8) ^ tables[(byte)tables[i - 256]];
        }

        return tables;
    }
}
