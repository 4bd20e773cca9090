using System.Buffers.Binary;

namespace LayerStore.Tar;

/// <summary>
/// POSIX access control lists: the text that star and GNU tar keep in SCHILY.acl.* records (acl(5), "long text form", also
/// with commas for newlines and a numeric id as a fourth field), and the bytes of the kernel's system.posix_acl_* xattrs
/// (linux/posix_acl_xattr.h).
/// </summary>
internal static class PosixAcl
{
    private const uint Version = 2;
    private const uint NoId = uint.MaxValue;

    private enum Tag : ushort
    {
        UserObject = 0x01,
        User = 0x02,
        GroupObject = 0x04,
        Group = 0x08,
        Mask = 0x10,
        Other = 0x20,
    }

    /// <summary>
    /// The kernel's form, or null if the list says no more than permission bits. A named user or group whose number the
    /// text does not give is left out: the names are those of the machine that made the archive.
    /// </summary>
    public static byte[]? FromText(ReadOnlySpan<byte> text)
    {
        // Ordered by tag, then id, which is the order that the kernel demands.
        SortedDictionary<(Tag Tag, uint Id), ushort> entries = [];
        while (!text.IsEmpty)
        {
            int end = text.IndexOfAny(",\n"u8);
            ParseEntry(end < 0 ? text : text[..end], entries);
            text = end < 0 ? default : text[(end + 1)..];
        }

        if (entries.Count == 0)
        {
            return null;
        }

        Check(entries);
        byte[] bytes = new byte[4 + (8 * entries.Count)];
        BinaryPrimitives.WriteUInt32LittleEndian(bytes, Version);
        Span<byte> rest = bytes.AsSpan(4);
        foreach (((Tag tag, uint id), ushort permissions) in entries)
        {
            BinaryPrimitives.WriteUInt16LittleEndian(rest, (ushort)tag);
            BinaryPrimitives.WriteUInt16LittleEndian(rest[2..], permissions);
            BinaryPrimitives.WriteUInt32LittleEndian(rest[4..], id);
            rest = rest[8..];
        }

        return bytes;
    }

    /// <summary>Whether the list says no more than permission bits do; the kernel keeps no access list then.</summary>
    public static bool IsMinimal(byte[] acl) => acl.Length == 4 + (3 * 8);

    /// <summary>
    /// What a list allows its group class at most, 0 to 7: the group bits of the file's mode (acl(5), "Correspondence between ACL
    /// entries and file permission bits"). Null if it has no mask.
    /// </summary>
    public static uint? MaskOf(ReadOnlySpan<byte> acl)
    {
        for (ReadOnlySpan<byte> rest = acl[4..]; !rest.IsEmpty; rest = rest[8..])
        {
            if ((Tag)BinaryPrimitives.ReadUInt16LittleEndian(rest) == Tag.Mask)
            {
                return BinaryPrimitives.ReadUInt16LittleEndian(rest[2..]);
            }
        }

        return null;
    }

    private static void ParseEntry(ReadOnlySpan<byte> entry, SortedDictionary<(Tag Tag, uint Id), ushort> entries)
    {
        // getfacl's comments and "#effective:" notes.
        int comment = entry.IndexOf((byte)'#');
        ReadOnlySpan<byte> text = (comment < 0 ? entry : entry[..comment]).Trim(" \t"u8);
        if (text.IsEmpty)
        {
            return;
        }

        int colon = text.IndexOf((byte)':');
        Tag tag = TagOf(colon < 0 ? text : text[..colon], entry);
        ReadOnlySpan<byte> rest = colon < 0 ? throw Bad(entry) : text[(colon + 1)..];

        // "mask:rwx" and "other:rwx" are Solaris's way of writing "mask::rwx".
        bool noQualifier = tag is Tag.Mask or Tag.Other && !rest.Contains((byte)':');
        ReadOnlySpan<byte> qualifier = noQualifier ? default : NextField(ref rest);
        ReadOnlySpan<byte> permissions = NextField(ref rest);
        uint id = NoId;
        if (!qualifier.IsEmpty)
        {
            tag = tag switch { Tag.UserObject => Tag.User, Tag.GroupObject => Tag.Group, _ => throw Bad(entry) };
            ReadOnlySpan<byte> number = rest.IsEmpty ? qualifier : rest;
            if (number.ContainsAnyExceptInRange((byte)'0', (byte)'9'))
            {
                return;
            }

            long value = TarNumber.ParseDecimal(number, "id in an access control list");
            id = value < NoId ? (uint)value : throw Bad(entry);
        }

        entries[(tag, id)] = Permissions(permissions, entry);
    }

    private static ReadOnlySpan<byte> NextField(ref ReadOnlySpan<byte> rest)
    {
        int end = rest.IndexOf((byte)':');
        ReadOnlySpan<byte> field = end < 0 ? rest : rest[..end];
        rest = end < 0 ? default : rest[(end + 1)..];
        return field;
    }

    private static Tag TagOf(ReadOnlySpan<byte> text, ReadOnlySpan<byte> entry) => text switch
    {
        _ when text.SequenceEqual("user"u8) || text.SequenceEqual("u"u8) => Tag.UserObject,
        _ when text.SequenceEqual("group"u8) || text.SequenceEqual("g"u8) => Tag.GroupObject,
        _ when text.SequenceEqual("mask"u8) || text.SequenceEqual("m"u8) => Tag.Mask,
        _ when text.SequenceEqual("other"u8) || text.SequenceEqual("o"u8) => Tag.Other,
        _ => throw Bad(entry),
    };

    private static ushort Permissions(ReadOnlySpan<byte> text, ReadOnlySpan<byte> entry)
    {
        ushort bits = 0;
        foreach (byte letter in text)
        {
            bits |= letter switch { (byte)'r' => 4, (byte)'w' => 2, (byte)'x' => 1, (byte)'-' => 0, _ => throw Bad(entry) };
        }

        return bits;
    }

    private static void Check(SortedDictionary<(Tag Tag, uint Id), ushort> entries)
    {
        bool named = entries.Keys.Any(key => key.Tag is Tag.User or Tag.Group);
        if (!entries.ContainsKey((Tag.UserObject, NoId)) || !entries.ContainsKey((Tag.GroupObject, NoId))
            || !entries.ContainsKey((Tag.Other, NoId)) || (named && !entries.ContainsKey((Tag.Mask, NoId))))
        {
            throw new TarFormatException("an access control list lacks one of the entries that acl(5) demands");
        }
    }

    private static TarFormatException Bad(ReadOnlySpan<byte> entry) =>
        new($"an access control list has a bad entry: \"{Printable.Bytes(entry)}\"");
}
