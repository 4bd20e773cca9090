using System.Text;

namespace LayerStore.Tests.Tar;

/// <summary>Builds archives byte by byte, also wrong ones.</summary>
internal sealed class RawTar
{
    private readonly List<byte> _bytes = [];

    public static byte[] Latin1(string text) => Encoding.Latin1.GetBytes(text);

    /// <summary>A header block with a right checksum. Fields are written as given; null leaves a zero field.</summary>
    public static byte[] Header(
        string name = "f",
        char type = '0',
        string size = "00000000000",
        string mode = "0000644",
        string uid = "0000000",
        string gid = "0000000",
        string mtime = "00000000000",
        string link = "",
        string magic = "ustar\000",
        string prefix = "",
        string major = "",
        string minor = "",
        Action<byte[]>? change = null)
    {
        byte[] block = new byte[512];
        void Put(int offset, string text) => Latin1(text).CopyTo(block, offset);
        Put(0, name);
        Put(100, mode);
        Put(108, uid);
        Put(116, gid);
        Put(124, size);
        Put(136, mtime);
        block[156] = (byte)type;
        Put(157, link);
        Put(257, magic);
        Put(329, major);
        Put(337, minor);
        Put(345, prefix);
        change?.Invoke(block);
        Seal(block);
        return block;
    }

    /// <summary>Writes the checksum.</summary>
    public static void Seal(byte[] block)
    {
        block.AsSpan(148, 8).Fill((byte)' ');
        int sum = 0;
        foreach (byte b in block)
        {
            sum += b;
        }

        Latin1(Convert.ToString(sum, 8).PadLeft(6, '0') + "\0 ").CopyTo(block, 148);
    }

    public static string Octal(long value, int digits = 11) => Convert.ToString(value, 8).PadLeft(digits, '0');

    /// <summary>A PAX record with the right length.</summary>
    public static string Record(string key, string value)
    {
        int rest = key.Length + value.Length + 3;
        int length = rest;
        while (length != rest + $"{length}".Length)
        {
            length = rest + $"{length}".Length;
        }

        return $"{length} {key}={value}\n";
    }

    public RawTar Add(byte[] bytes)
    {
        _bytes.AddRange(bytes);
        return this;
    }

    /// <summary>Adds bytes and their padding.</summary>
    public RawTar Data(string latin1)
    {
        byte[] bytes = Latin1(latin1);
        _bytes.AddRange(bytes);
        _bytes.AddRange(new byte[-bytes.Length & 511]);
        return this;
    }

    public RawTar File(string name, string content) => Add(Header(name, size: Octal(content.Length))).Data(content);

    public RawTar Extension(char type, string data) => Add(Header("ext", type, Octal(data.Length))).Data(data);

    public RawTar Pax(params (string Key, string Value)[] records) =>
        Extension('x', string.Concat(records.Select(record => Record(record.Key, record.Value))));

    public RawTar End() => Add(new byte[1024]);

    public byte[] ToArray() => [.. _bytes];
}
