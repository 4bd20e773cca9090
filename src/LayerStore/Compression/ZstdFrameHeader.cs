using System.Buffers.Binary;

namespace LayerStore.Compression;

/// <summary>What the header of a zstd frame says of what follows (RFC 8878, 3.1.1.1).</summary>
/// <param name="Window">The memory in bytes that decoding needs.</param>
/// <param name="ContentSize">The bytes that come out; null if it does not say.</param>
internal readonly record struct ZstdFrameHeader(ulong Window, ulong? ContentSize)
{
    /// <summary>The longest header, with the magic number.</summary>
    public const int MaxLength = 18;

    private const uint Magic = 0xFD2FB528;
    private const int SingleSegment = 0x20;

    /// <summary>Reads a header; null for a skippable frame, and for what libzstd will refuse: another magic number, or too few bytes.</summary>
    public static ZstdFrameHeader? Read(ReadOnlySpan<byte> frame)
    {
        if (frame.Length < 5 || BinaryPrimitives.ReadUInt32LittleEndian(frame) != Magic)
        {
            return null;
        }

        int descriptor = frame[4];
        bool isSingle = (descriptor & SingleSegment) != 0;
        int windowLength = isSingle ? 0 : 1;
        int dictionaryLength = (1 << (descriptor & 3)) >> 1;
        int sizeLength = (descriptor >> 6) switch
        {
            0 => isSingle ? 1 : 0,
            var flag => 1 << flag,
        };
        ReadOnlySpan<byte> fields = frame[5..];
        if (fields.Length < windowLength + dictionaryLength + sizeLength)
        {
            return null;
        }

        ulong? size = ReadSize(fields.Slice(windowLength + dictionaryLength, sizeLength));
        return new ZstdFrameHeader(isSingle ? size!.Value : ReadWindow(fields[0]), size);
    }

    private static ulong? ReadSize(ReadOnlySpan<byte> field) => field.Length switch
    {
        0 => null,
        1 => field[0],
        2 => BinaryPrimitives.ReadUInt16LittleEndian(field) + 256UL,
        4 => BinaryPrimitives.ReadUInt32LittleEndian(field),
        _ => BinaryPrimitives.ReadUInt64LittleEndian(field),
    };

    private static ulong ReadWindow(int descriptor)
    {
        ulong whole = 1UL << (10 + (descriptor >> 3));
        return whole + (whole / 8 * (ulong)(descriptor & 7));
    }
}
