using LayerStore;
using LayerStore.Tar;

namespace Snapshotter.Linux;

/// <summary>
/// The names of overlay's own extended attributes in one namespace, <c>trusted</c> or <c>user</c> (the kernel's
/// Documentation/filesystems/overlayfs.rst), and what becomes of them in a layer.
/// </summary>
/// <remarks>
/// A file of the image that itself has such an attribute, as the upper of a nested overlay does, is kept in overlay's
/// escaped form: <c>trusted.overlay.overlay.opaque</c> in the directory is <c>trusted.overlay.opaque</c> in the mount.
/// </remarks>
internal sealed class OverlayXattrs
{
    private readonly ByteString _prefix;
    private readonly ByteString _escapePrefix;

    /// <summary>For the namespace of a store.</summary>
    /// <exception cref="ArgumentException">Neither <c>trusted</c> nor <c>user</c>.</exception>
    public OverlayXattrs(string xattrNamespace)
    {
        if (xattrNamespace is not ("trusted" or "user"))
        {
            throw new ArgumentException($"'{xattrNamespace}' is no namespace that overlay uses.", nameof(xattrNamespace));
        }

        _prefix = ByteString.FromText(xattrNamespace + ".overlay.");
        _escapePrefix = ByteString.FromText(xattrNamespace + ".overlay.overlay.");
        Opaque = ByteString.FromText(xattrNamespace + ".overlay.opaque");
        Whiteout = ByteString.FromText(xattrNamespace + ".overlay.whiteout");
        Redirect = ByteString.FromText(xattrNamespace + ".overlay.redirect");
        Metacopy = ByteString.FromText(xattrNamespace + ".overlay.metacopy");
        LinkCount = ByteString.FromText(xattrNamespace + ".overlay.nlink");
        Origin = ByteString.FromText(xattrNamespace + ".overlay.origin");
    }

    /// <summary>On a directory: <c>y</c> hides what is below, <c>x</c> says that it may hold whiteouts in xattr form.</summary>
    public ByteString Opaque { get; }

    /// <summary>On an empty regular file: it is a whiteout, if its directory is marked with <c>x</c>.</summary>
    public ByteString Whiteout { get; }

    /// <summary>On a directory: what is below has another name.</summary>
    public ByteString Redirect { get; }

    /// <summary>On a regular file: the data is below.</summary>
    public ByteString Metacopy { get; }

    /// <summary>On a file with several names, copied up under an index: the names that the upper does not have are counted here.</summary>
    public ByteString LinkCount { get; }

    /// <summary>The file handle of what was copied up; empty on a directory, it hides whiteouts of nothing.</summary>
    public ByteString Origin { get; }

    /// <summary>Whether overlay would take the name for its own, escaped or not: an image must not bring it as it is.</summary>
    public bool IsReserved(ByteString name) => name.StartsWith(_prefix.Span);

    /// <summary>Whether the name is overlay's, not the image's.</summary>
    public bool IsMark(ByteString name) => name.StartsWith(_prefix.Span) && !IsEscaped(name);

    /// <summary>Whether the name stands for one of overlay's names in the image.</summary>
    public bool IsEscaped(ByteString name) => name.StartsWith(_escapePrefix.Span);

    /// <summary>Whether a differ has to read an attribute: those of the image, and the marks that say what a file is.</summary>
    public bool IsRead(ReadOnlySpan<byte> name) =>
        !name.StartsWith(_prefix.Span) || name.StartsWith(_escapePrefix.Span) || name.SequenceEqual(Opaque.Span)
        || name.SequenceEqual(Redirect.Span) || name.SequenceEqual(Metacopy.Span) || name.SequenceEqual(LinkCount.Span);

    /// <summary>The name that an attribute of the image has in a stored layer: one of overlay's own gets one level of escape.</summary>
    public ByteString Escape(ByteString name) =>
        name.StartsWith(_prefix.Span) ? ByteString.Concat(_escapePrefix.Span, name.Span[_prefix.Length..]) : name;

    /// <summary>Those that are overlay's.</summary>
    public IReadOnlyList<Xattr> Marks(IReadOnlyList<Xattr> stored) => [.. stored.Where(xattr => IsMark(xattr.Name))];

    /// <summary>What a mount would show of a directory's attributes: overlay's marks gone, one level of escape taken off, ordered by name.</summary>
    public IReadOnlyList<Xattr> Export(IReadOnlyList<Xattr> stored)
    {
        bool hasOwn = false;
        foreach (Xattr xattr in stored)
        {
            hasOwn |= xattr.Name.StartsWith(_prefix.Span);
        }

        if (!hasOwn)
        {
            return stored;
        }

        List<Xattr> exported = new(stored.Count);
        foreach (Xattr xattr in stored)
        {
            if (IsEscaped(xattr.Name))
            {
                exported.Add(new Xattr(ByteString.Concat(_prefix.Span, xattr.Name.Span[_escapePrefix.Length..]), xattr.Value));
            }
            else if (!IsMark(xattr.Name))
            {
                exported.Add(xattr);
            }
        }

        exported.Sort(static (left, right) => left.Name.CompareTo(right.Name));
        return exported;
    }
}
