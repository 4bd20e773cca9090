using System.Buffers;
using System.Globalization;
using System.Text;

namespace LayerStore.Tar;

/// <summary>Collects PAX records and writes them in bytewise order of their keywords.</summary>
internal sealed class PaxRecordWriter
{
    private readonly List<(byte[] Key, ReadOnlyMemory<byte> Value)> _records = [];

    public bool IsEmpty => _records.Count == 0;

    public void Add(ReadOnlySpan<byte> key, ReadOnlyMemory<byte> value) => _records.Add((key.ToArray(), value));

    public void Add(ReadOnlySpan<byte> key, long value) =>
        Add(key, Encoding.ASCII.GetBytes(value.ToString(CultureInfo.InvariantCulture)));

    /// <summary>Writes all records, and forgets them.</summary>
    public void WriteTo(ArrayBufferWriter<byte> output)
    {
        _records.Sort((left, right) => left.Key.AsSpan().SequenceCompareTo(right.Key));
        foreach ((byte[] key, ReadOnlyMemory<byte> value) in _records)
        {
            output.Write(Encoding.ASCII.GetBytes(RecordLength(key.Length, value.Length).ToString(CultureInfo.InvariantCulture)));
            output.Write(" "u8);
            output.Write(key);
            output.Write("="u8);
            output.Write(value.Span);
            output.Write("\n"u8);
        }

        _records.Clear();
    }

    /// <summary>The length counts itself: one digit more can make it one digit longer.</summary>
    private static int RecordLength(int key, int value)
    {
        int rest = key + value + " =\n".Length;
        int length = rest;
        while (length != rest + Digits(length))
        {
            length = rest + Digits(length);
        }

        return length;
    }

    private static int Digits(int number) => number.ToString(CultureInfo.InvariantCulture).Length;
}
