using LayerStore;
using LayerStore.Tar;

namespace Snapshotter.Layers.Apply;

/// <summary>The names that a layer's tar uses: paths, and the marks that are written as names.</summary>
internal static class EntryName
{
    private const byte Slash = (byte)'/';

    /// <summary>The name of an opaque whiteout (OCI image-spec, layer.md, "Opaque Whiteout").</summary>
    public static ReadOnlySpan<byte> OpaqueWhiteout => ".wh..wh..opq"u8;

    /// <summary>The prefix of aufs's own metadata, of which the opaque whiteout is one.</summary>
    public static ReadOnlySpan<byte> AufsPrefix => ".wh..wh."u8;

    /// <summary>The directory, at the root, in which aufs keeps files with several names.</summary>
    public static ReadOnlySpan<byte> AufsLinks => ".wh..wh.plnk"u8;

    /// <summary>
    /// An entry's name as a path from the root: no slash at either end or twice, no <c>.</c>. The root is the empty path.
    /// <c>..</c> takes the name before it away, whatever links are on the disk, so that a path means the same in every tree.
    /// </summary>
    /// <param name="name">The entry's name.</param>
    /// <param name="maxDepth">How many components it may have.</param>
    /// <exception cref="LayerStoreException"><see cref="ErrorKind.DataLoss"/>: it leads out of the root, which no builder writes, or is too deep.</exception>
    public static ByteString Clean(ByteString name, int maxDepth) => Clean(name, maxDepth, staysInRoot: false);

    /// <summary>As <see cref="Clean(ByteString, int)"/>, for a hard link's target: as with a symbolic link's, <c>..</c> of the root is the root (path_resolution(7)).</summary>
    /// <param name="target">The target.</param>
    /// <param name="maxDepth">How many components it may have.</param>
    /// <exception cref="LayerStoreException"><see cref="ErrorKind.DataLoss"/>: it is too deep.</exception>
    public static ByteString CleanTarget(ByteString target, int maxDepth) => Clean(target, maxDepth, staysInRoot: true);

    /// <summary>The error for a file that is too deep.</summary>
    public static LayerStoreException TooDeep(ByteString path, int maxDepth) => BadLayer.Because(
        $"the layer has a file deeper than {nameof(TarLimits.MaxDepth)} allows ({maxDepth}): {path}", Limit.Hint(nameof(TarLimits.MaxDepth)));

    private static ByteString Clean(ByteString name, int maxDepth, bool staysInRoot)
    {
        ReadOnlySpan<byte> rest = name.Span;
        byte[] clean = new byte[rest.Length];
        int length = 0;
        int depth = 0;
        while (!rest.IsEmpty)
        {
            int end = rest.IndexOf(Slash);
            ReadOnlySpan<byte> component = end < 0 ? rest : rest[..end];
            rest = end < 0 ? default : rest[(end + 1)..];
            if (component.IsEmpty || component is [(byte)'.'])
            {
                continue;
            }

            if (component is [(byte)'.', (byte)'.'])
            {
                if (depth == 0 && !staysInRoot)
                {
                    throw BadLayer.Because($"the layer has a path out of the root: {name}");
                }

                depth = Math.Max(depth - 1, 0);
                length = Math.Max(clean.AsSpan(0, length).LastIndexOf(Slash), 0);
                continue;
            }

            if (++depth > maxDepth)
            {
                throw TooDeep(name, maxDepth);
            }

            if (length > 0)
            {
                clean[length++] = Slash;
            }

            component.CopyTo(clean.AsSpan(length));
            length += component.Length;
        }

        return length == clean.Length ? ByteString.FromOwned(clean) : new ByteString(clean.AsSpan(0, length));
    }
}
