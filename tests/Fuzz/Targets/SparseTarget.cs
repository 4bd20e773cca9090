using System.Buffers.Binary;
using System.Globalization;
using System.Text;
using Fuzz.Engine;
using Fuzz.Mutation;
using LayerStore;

namespace Fuzz.Targets;

/// <summary>
/// Sparse maps in their four forms. The first byte of an input chooses: 0 is a map of two-byte numbers, which is written in each form,
/// and all must be read as the same file; the others are one form's own text or bytes. The second byte is the dense size in units of 64, the third that of
/// the stored data.
/// </summary>
internal sealed class SparseTarget : FuzzTarget
{
    private const int HeaderLength = 3;
    private const int InHeader = 4;
    private const int PerBlock = 21;
    private const int MaxPairs = 200;

    public override string Name => "sparse";

    public override string Description => "sparse maps, old GNU and PAX 0.0, 0.1, 1.0: one map in four forms is one file, and its bytes are where the map says";

    public override IReadOnlyList<string> Code => ["LayerStore.Tar.Sparse", "LayerStore.Tar.Pax"];

    public override IReadOnlyList<IMutator> Mutators { get; } = [new ByteMutator()];

    public override int MaxLength => 2 << 10;

    public override IEnumerable<byte[]> Seeds() =>
    [
        [0, 4, 2, 0, 0, 0, 64, 0, 128, 0, 64],
        [0, 16, 0, 0, 0, 0, 0],
        [0, 8, 3, 0, 0, 0, 64, 0, 64, 0, 64, 1, 0, 0, 64, 2, 0, 0, 0],
        [1, 4, 2, .. "0,64,128,64"u8],
        [2, 4, 2, .. "2\n0\n64\n128\n64\n"u8],
        [3, 4, 2, .. "00000000000\000000000100\000000000200\000000000100\0"u8],
        [.. (ReadOnlySpan<byte>)[0, 255, 200], .. Enumerable.Range(0, 100).SelectMany(i => new byte[] { (byte)(i >> 1), (byte)(i << 7), 0, 128 })],
    ];

    public override void Run(byte[] input)
    {
        if (input.Length < HeaderLength)
        {
            return;
        }

        long size = 64L * input[1];
        byte[] content = new byte[64 * input[2]];
        for (int i = 0; i < content.Length; i++)
        {
            content[i] = (byte)(1 + (i % 251));
        }

        byte[] map = input[HeaderLength..];
        switch (input[0] & 3)
        {
            case 0:
                CheckForms(Pairs(map), size, content);
                break;
            case 1:
                TarRules.Check(PaxTarget.Wrap(Records(("GNU.sparse.size", $"{size}"), ("GNU.sparse.map", Encoding.Latin1.GetString(map))), content));
                break;
            case 2:
                TarRules.Check(PaxTarget.Wrap(
                    Records(("GNU.sparse.major", "1"), ("GNU.sparse.minor", "0"), ("GNU.sparse.realsize", $"{size}")),
                    [.. map, .. new byte[-map.Length & (TarRecord.BlockSize - 1)], .. content]));
                break;
            default:
                TarRules.Check(OldGnu(map, size, content));
                break;
        }
    }

    private static void CheckForms((int Offset, int Length)[] pairs, long size, byte[] content)
    {
        string list = string.Join(',', pairs.Select(pair => $"{pair.Offset},{pair.Length}"));
        string lines = string.Concat(pairs.Select(pair => $"{pair.Offset}\n{pair.Length}\n"));
        byte[] map = Encoding.ASCII.GetBytes($"{pairs.Length}\n{lines}");
        (string Form, byte[] Tar)[] forms =
        [
            ("1.0", PaxTarget.Wrap(
                Records(("GNU.sparse.major", "1"), ("GNU.sparse.minor", "0"), ("GNU.sparse.realsize", $"{size}")),
                [.. map, .. new byte[-map.Length & (TarRecord.BlockSize - 1)], .. content])),
            ("0.1", PaxTarget.Wrap(Records(("GNU.sparse.size", $"{size}"), ("GNU.sparse.map", list)), content)),
            ("0.0", PaxTarget.Wrap(
                Records([("GNU.sparse.size", $"{size}"), ("GNU.sparse.major", "0"), ("GNU.sparse.minor", "0"), .. pairs.SelectMany(pair => new[] { ("GNU.sparse.offset", $"{pair.Offset}"), ("GNU.sparse.numbytes", $"{pair.Length}") })]),
                content)),
            ("old", OldGnu([.. pairs.SelectMany(pair => Encoding.ASCII.GetBytes($"{Octal(pair.Offset)}\0{Octal(pair.Length)}\0"))], size, content)),
        ];
        byte[]? expected = Dense(pairs, size, content);
        foreach ((string form, byte[] tar) in forms)
        {
            byte[]? actual = Read(tar);
            Rule.Holds((actual is null) == (expected is null), "a sparse map is right or wrong in every form", $"form {form}: {(actual is null ? "refused" : "accepted")}");
            if (expected is not null)
            {
                Rule.Same(expected, actual, "a sparse file has its bytes where its map says");
            }
        }
    }

    private static byte[]? Read(byte[] tar)
    {
        try
        {
            return TarRules.Check(tar).Entries is [var (_, content)] ? content : throw new OracleException("an archive of one file has one entry");
        }
        catch (LayerStoreException e) when (e.Kind == ErrorKind.DataLoss)
        {
            return null;
        }
    }

    /// <summary>What the map says, read in the simplest way; null if it says nothing that can be.</summary>
    private static byte[]? Dense((int Offset, int Length)[] pairs, long size, byte[] content)
    {
        byte[] dense = new byte[size];
        int end = 0;
        int taken = 0;
        foreach ((int offset, int length) in pairs)
        {
            if (offset < end || offset + length > size || taken + length > content.Length)
            {
                return null;
            }

            content.AsSpan(taken, length).CopyTo(dense.AsSpan(offset));
            taken += length;
            end = offset + length;
        }

        return taken == content.Length ? dense : null;
    }

    private static byte[] OldGnu(byte[] descriptors, long size, byte[] content)
    {
        const int pair = 24;
        TarRecord record = TarRecord.Make((byte)'S', [.. "file"u8]);
        "ustar  \0"u8.CopyTo(record.Header.AsSpan(257));
        int inHeader = Math.Min(descriptors.Length, InHeader * pair);
        descriptors.AsSpan(0, inHeader).CopyTo(record.Header.AsSpan(386));
        record.SetOctal(483, 12, size);
        record.SetData(content);
        ReadOnlySpan<byte> rest = descriptors.AsSpan(inHeader);
        record.Header[482] = rest.IsEmpty ? (byte)0 : (byte)1;
        record.FixChecksum();
        using MemoryStream more = new();
        while (!rest.IsEmpty)
        {
            byte[] block = new byte[TarRecord.BlockSize];
            int count = Math.Min(rest.Length, PerBlock * pair);
            rest[..count].CopyTo(block);
            rest = rest[count..];
            block[PerBlock * pair] = rest.IsEmpty ? (byte)0 : (byte)1;
            more.Write(block);
        }

        return [.. record.Header, .. more.ToArray(), .. content, .. new byte[-content.Length & (TarRecord.BlockSize - 1)], .. new byte[1024]];
    }

    private static (int Offset, int Length)[] Pairs(ReadOnlySpan<byte> map)
    {
        List<(int, int)> pairs = [];
        for (; map.Length >= 4 && pairs.Count < MaxPairs; map = map[4..])
        {
            pairs.Add((BinaryPrimitives.ReadUInt16BigEndian(map), BinaryPrimitives.ReadUInt16BigEndian(map[2..])));
        }

        return [.. pairs];
    }

    private static byte[] Records(params (string Key, string Value)[] records) =>
        PaxMutator.Write([.. records.Select(record => (Encoding.Latin1.GetBytes(record.Key), Encoding.Latin1.GetBytes(record.Value)))]);

    private static string Octal(long number) => Convert.ToString(number, 8).PadLeft(11, '0').ToString(CultureInfo.InvariantCulture);
}
