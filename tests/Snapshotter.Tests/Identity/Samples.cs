using System.Buffers.Binary;
using LayerStore;
using LayerStore.Tar;

namespace Snapshotter.Tests.Identity;

/// <summary>Names, attributes and times that something has been known to get wrong.</summary>
internal static class Samples
{
    /// <summary>Short names that meet each other often, and odd ones.</summary>
    public static readonly (int Weight, ByteString Name)[] Names =
    [
        (6, Text("a")), (6, Text("b")), (5, Text("c")), (3, Text("dir")),
        (1, new([0xff, 0xfe])), (1, Text("new\nline")), (1, Text("\u00fc ~")), (1, Text("-x")), (1, Text(".wh")), (1, Text("x.wh.y")), (1, Text("back\\slash:")),
        (1, Text("x" + new string('0', 254))),
    ];

    public static readonly uint[] Modes = [0x1ed, 0x1a4, 0x180, 0, 0x9ed, 0x5ed, 0x3ff, 0xfff];

    public static readonly uint[] Ids = [0, 0, 5, 1000, 60_000, 70_000, 4_294_967_294];

    public static readonly long[] Seconds = [0, -1, -999, 77, 1_700_000_000, -2_000_000_000, 4_102_444_800];

    public static readonly int[] Nanoseconds = [0, 0, 1, 500_000_000, 999_999_999];

    public static readonly ByteString[] LinkTargets =
        [Text("a"), Text("../b"), Text("/nonexistent"), new([0xfe, (byte)'\n']), Text(new string('l', 4000))];

    /// <summary>Attributes, with a weight each: what the image says, what overlay believes, access control lists and file capabilities.</summary>
    public static readonly (int Weight, Xattr Xattr)[] Xattrs =
    [
        (3, Named("user.x", "1"u8)), (2, Named("user.x", [0, 0xff, (byte)'\n', (byte)'=', 0])), (1, Named("user.empty", [])),
        (1, Named("user.long", new byte[500])), (1, Named("user.n\u00e4me=", "\r\n"u8)),
        (2, Named("trusted.x", [0, 1, 2])), (1, Named("security.x", "s"u8)),
        (2, Named("trusted.overlay.opaque", "y"u8)), (1, Named("trusted.overlay.redirect", "/a"u8)), (1, Named("trusted.overlay.metacopy", [])),
        (1, Named("trusted.overlay.overlay.opaque", "y"u8)), (1, Named("trusted.overlay.whiteout", "y"u8)), (1, Named("trusted.overlayx", "1"u8)),
        (1, Named("user.overlay.opaque", "y"u8)), (1, Named("user.overlay.overlay.redirect", "/b"u8)), (1, Named("user.overlay.origin", [])),
        (2, Named("security.capability", Capability(rootId: null))), (1, Named("security.capability", Capability(rootId: 1000))),
        (2, Named("system.posix_acl_access", Acl((0x01, 7, 0), (0x02, 5, 1234), (0x04, 4, 0), (0x08, 6, 99), (0x10, 7, 0), (0x20, 0, 0)))),
        (2, Named("system.posix_acl_default", Acl((0x01, 7, 0), (0x02, 0, 77), (0x04, 5, 0), (0x10, 5, 0), (0x20, 5, 0)))),
    ];

    private static ByteString Text(string text) => ByteString.FromText(text);

    private static Xattr Named(string name, ReadOnlySpan<byte> value) => new(Text(name), new ByteString(value));

    /// <summary>cap_net_raw+ep: version 2, or 3 with the root of a user namespace (include/uapi/linux/capability.h, struct vfs_ns_cap_data).</summary>
    private static byte[] Capability(uint? rootId)
    {
        byte[] value = new byte[rootId is null ? 20 : 24];
        BinaryPrimitives.WriteUInt32LittleEndian(value, rootId is null ? 0x0200_0001u : 0x0300_0001u);
        BinaryPrimitives.WriteUInt32LittleEndian(value.AsSpan(4), 1u << 13);
        if (rootId is { } id)
        {
            BinaryPrimitives.WriteUInt32LittleEndian(value.AsSpan(20), id);
        }

        return value;
    }

    /// <summary>An access control list as its attribute has it: version 2, then a tag, permissions and an id each (include/uapi/linux/posix_acl_xattr.h).</summary>
    private static byte[] Acl(params (ushort Tag, ushort Permissions, uint Id)[] entries)
    {
        byte[] value = new byte[4 + (8 * entries.Length)];
        BinaryPrimitives.WriteUInt32LittleEndian(value, 2);
        for (int i = 0; i < entries.Length; i++)
        {
            Span<byte> entry = value.AsSpan(4 + (8 * i));
            BinaryPrimitives.WriteUInt16LittleEndian(entry, entries[i].Tag);
            BinaryPrimitives.WriteUInt16LittleEndian(entry[2..], entries[i].Permissions);
            BinaryPrimitives.WriteUInt32LittleEndian(entry[4..], entries[i].Tag is 0x02 or 0x08 ? entries[i].Id : uint.MaxValue);
        }

        return value;
    }
}
