using System.Buffers.Binary;
using System.Security.Cryptography;
using LayerStore;
using LayerStore.Tar;
using Snapshotter.Linux;

namespace Snapshotter.Layers.Manifest;

/// <summary>One hash for all extended attributes of a file.</summary>
internal static class XattrHash
{
    /// <summary>Whether an attribute of this name counts.</summary>
    public static readonly XattrFilter Counts = static name => !name.SequenceEqual(s_selinux.Span);

    private static readonly ByteString s_selinux = ByteString.FromText("security.selinux");

    /// <summary>
    /// The sha256 of each attribute's name and value, both with their lengths before them, ordered by name; empty if there
    /// are none. SELinux labels do not count: they belong to the host, which may relabel its files.
    /// </summary>
    public static ByteString Of(IReadOnlyList<Xattr> xattrs)
    {
        if (xattrs.Count == 0 || (xattrs.Count == 1 && xattrs[0].Name == s_selinux))
        {
            return ByteString.Empty;
        }

        using IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        Span<byte> length = stackalloc byte[4];
        foreach (Xattr xattr in xattrs.Where(xattr => xattr.Name != s_selinux).OrderBy(xattr => xattr.Name))
        {
            foreach (ByteString part in (ReadOnlySpan<ByteString>)[xattr.Name, xattr.Value])
            {
                BinaryPrimitives.WriteInt32LittleEndian(length, part.Length);
                hash.AppendData(length);
                hash.AppendData(part.Span);
            }
        }

        return ByteString.FromOwned(hash.GetHashAndReset());
    }
}
