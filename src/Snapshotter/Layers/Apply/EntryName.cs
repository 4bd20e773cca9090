using LayerStore;

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
    /// A path of a tar as a path from the root: no slash at either end or twice, no <c>.</c>. The root is the empty path.
    /// </summary>
    /// <param name="name">The entry's name or a hard link's target.</param>
    /// <param name="maxDepth">How many components it may have.</param>
    /// <exception cref="LayerStoreException"><see cref="ErrorKind.DataLoss"/>: it holds <c>..</c>, which no builder writes, or is too deep.</exception>
    public static ByteString Clean(ByteString name, int maxDepth)
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
                throw BadLayer.Because($"the layer has a path with \"..\": {name}");
            }

            if (++depth > maxDepth)
            {
                throw BadLayer.Because($"the layer has a path with more than {maxDepth} components: {name}");
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
