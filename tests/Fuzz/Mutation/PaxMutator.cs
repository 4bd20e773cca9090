using System.Globalization;
using System.Text;

namespace Fuzz.Mutation;

/// <summary>Changes blocks of PAX records: keywords, values and whole records, with the lengths made right.</summary>
internal sealed class PaxMutator : IMutator
{
    private static readonly string[] s_keys =
    [
        "path", "linkpath", "size", "uid", "gid", "mtime", "atime", "ctime", "hdrcharset", "uname", "comment", "SCHILY.xattr.user.a", "SCHILY.xattr.user.b",
        "SCHILY.xattr.", "SCHILY.xattr.security.capability", "SCHILY.xattr.trusted.overlay.opaque", "SCHILY.xattr.system.posix_acl_access",
        "LIBARCHIVE.xattr.user.a", "LIBARCHIVE.xattr.user%3Da", "LIBARCHIVE.xattr.%00", "LIBARCHIVE.xattr.", "SCHILY.acl.access", "SCHILY.acl.default",
        "GNU.sparse.major", "GNU.sparse.minor", "GNU.sparse.name", "GNU.sparse.size", "GNU.sparse.realsize", "GNU.sparse.map", "GNU.sparse.offset",
        "GNU.sparse.numbytes", "GNU.sparse.numblocks",
    ];

    private static readonly string[] s_values =
    [
        "", "a", "d/f", "../x", "0", "1", "-1", "512", "0,512", "0,1,512,1", "1.5", "-1.5", "-0.000000001", "1.0000000001", "9223372036854775807",
        "9223372036854775807.999999999", "-9223372036854775808", "4294967295", "4294967294", "2097152", "BINARY", "AAAA", "QQ==", "user::rwx,group::r-x,other::r-x",
        "user::rwx,user:x:r--:5,group::r-x,mask::rwx,other::---", "user::rwx\nuser:5:r--\ngroup::r-x\nmask::r--\nother::r--\n", "a\0b",
    ];

    private readonly ByteMutator _bytes = new();

    /// <summary>A block of a few records.</summary>
    public static byte[] NewBlock(MutationContext context) => Write([.. Enumerable.Range(0, 1 + context.Random.Next(4)).Select(_ => NewRecord(context))]);

    public byte[]? Mutate(byte[] input, MutationContext context)
    {
        List<(byte[] Key, byte[] Value)> records = Read(input);
        int index = context.Random.Next(records.Count + 1);
        if (index == records.Count)
        {
            records.Add(NewRecord(context));
            return Write(records);
        }

        (byte[] key, byte[] value) = records[index];
        switch (context.Random.Next(8))
        {
            case 0:
                records.RemoveAt(index);
                break;
            case 1:
                records.Insert(context.Random.Next(records.Count), (key, value));
                break;
            case 2:
                records[index] = (NewRecord(context).Key, value);
                break;
            case 3:
                records[index] = (key, NewRecord(context).Value);
                break;
            case 4:
                records[index] = (_bytes.Mutate(key, context) ?? key, value);
                break;
            case 5:
                records.InsertRange(index, Read(context.Other()).Take(3));
                break;
            default:
                records[index] = (key, _bytes.Mutate(value, context) ?? value);
                break;
        }

        return Write(records);
    }

    /// <summary>Writes records with their right lengths.</summary>
    public static byte[] Write(List<(byte[] Key, byte[] Value)> records)
    {
        using MemoryStream block = new();
        foreach ((byte[] key, byte[] value) in records)
        {
            int rest = key.Length + value.Length + 3;
            int length = rest + Digits(rest);
            length = rest + Digits(length);
            block.Write(Encoding.ASCII.GetBytes(length.ToString(CultureInfo.InvariantCulture) + " "));
            block.Write(key);
            block.WriteByte((byte)'=');
            block.Write(value);
            block.WriteByte((byte)'\n');
        }

        return block.ToArray();
    }

    private static int Digits(int number) => number.ToString(CultureInfo.InvariantCulture).Length;

    private static (byte[] Key, byte[] Value) NewRecord(MutationContext context)
    {
        byte[] key = context.OneIn(8) ? context.Token() : Encoding.ASCII.GetBytes(context.Pick(s_keys));
        byte[] value = context.OneIn(4)
            ? Encoding.ASCII.GetBytes(context.Number().ToString(CultureInfo.InvariantCulture))
            : Encoding.ASCII.GetBytes(context.Pick(s_values));
        return (key, value);
    }

    /// <summary>Reads records, as far as they are well formed.</summary>
    public static List<(byte[] Key, byte[] Value)> Read(ReadOnlySpan<byte> block)
    {
        List<(byte[] Key, byte[] Value)> records = [];
        while (!block.IsEmpty)
        {
            int space = block.IndexOf((byte)' ');
            if (space is < 1 or > 9 || !int.TryParse(block[..space], CultureInfo.InvariantCulture, out int length) || length <= space + 1 || length > block.Length)
            {
                break;
            }

            ReadOnlySpan<byte> record = block[(space + 1)..(length - 1)];
            int equals = record.IndexOf((byte)'=');
            records.Add(equals < 0 ? (record.ToArray(), []) : (record[..equals].ToArray(), record[(equals + 1)..].ToArray()));
            block = block[length..];
        }

        return records;
    }
}
