using LayerStore;
using LayerStore.Tar;
using Snapshotter.Linux;

namespace Snapshotter.Layers.Apply;

/// <summary>
/// Which extended attributes of an image reach the disk. An image must not be able to say what overlayfs believes, so
/// overlay's own names are escaped in a stored layer (kernel: overlayfs.rst, "Nesting overlayfs mounts"; they come back
/// unescaped through the mount), and dropped from a plain tree. All others are kept, <c>trusted.*</c> too, but the host's
/// (docs/decisions/0008).
/// </summary>
internal sealed class XattrPolicy
{
    private static readonly ByteString s_defaultAcl = ByteString.FromText("system.posix_acl_default");
    private static readonly ByteString s_capability = ByteString.FromText("security.capability");

    private readonly ApplyOptions _options;
    private readonly OverlayXattrs _overlay;
    private readonly HashSet<string> _unsupported = [];

    public XattrPolicy(ApplyOptions options)
    {
        _options = options;
        _overlay = new OverlayXattrs(options.OverlayXattrNamespace);
    }

    /// <summary>What an entry's attributes become, in their order.</summary>
    public IReadOnlyList<Xattr> Translate(TarEntry entry)
    {
        if (entry.Xattrs.Count == 0)
        {
            return entry.Xattrs;
        }

        List<Xattr> kept = [];
        foreach (Xattr xattr in entry.Xattrs)
        {
            if (Translate(entry, xattr.Name) is { } name)
            {
                if (name == s_capability && xattr.Value.IsEmpty)
                {
                    // The kernel sets it without a look and then cannot read it (fs/xattr.c, security/commoncap.c): no differ would get past it.
                    throw Bad(entry.Name, name);
                }

                kept.Add(xattr with { Name = name });
            }
        }

        return kept;
    }

    /// <summary>Decides what to make of an attribute that could not be set: a warning, or the error itself.</summary>
    /// <param name="path">The file.</param>
    /// <param name="type">What it is.</param>
    /// <param name="name">The attribute.</param>
    /// <param name="errno">Why not.</param>
    public void Refused(ByteString path, TarEntryType type, ByteString name, int errno)
    {
        bool isUser = name.StartsWith("user."u8);
        if (errno == Errno.EPERM && isUser && type is not (TarEntryType.RegularFile or TarEntryType.Directory))
        {
            // xattr(7): user attributes are for files and directories only.
            _options.Warn?.Invoke($"{path}: the xattr {name} cannot be kept on a {type}");
        }
        else if (errno == Errno.EOPNOTSUPP
            || (errno is Errno.EPERM or Errno.EINVAL && !isUser && !UserNamespace.Current.IsInitial)
            || (errno == Errno.EPERM && name.StartsWith("trusted."u8) && !Privileges.CanMount()))
        {
            // trusted.* needs CAP_SYS_ADMIN in the initial user namespace (xattr(7)).
            int dot = name.Span.IndexOf((byte)'.');
            string space = dot < 0 ? name.ToString() : name.Slice(0, dot).ToString();
            if (_unsupported.Add(space))
            {
                _options.Warn?.Invoke($"{path}: this file system or user namespace does not keep {space}.* xattrs; they are left out");
            }
        }
        else if (errno is Errno.EINVAL or Errno.E2BIG or Errno.ERANGE || (errno == Errno.EACCES && name == s_defaultAcl))
        {
            // A default list is for directories only, which the kernel says by EACCES (fs/posix_acl.c, set_posix_acl).
            throw Bad(path, name);
        }
        else
        {
            throw LinuxError.Make(errno, $"set the xattr {name} of", path.ToString());
        }
    }

    private static LayerStoreException Bad(ByteString path, ByteString name) =>
        BadLayer.Because($"{path}: the xattr {name} has a name or value that the kernel refuses");

    private ByteString? Translate(TarEntry entry, ByteString name)
    {
        if (HostXattrs.Contains(name) || (_options.StripSetuid && name == s_capability))
        {
            return null;
        }

        if (!_overlay.IsReserved(name))
        {
            return name;
        }

        if (_options.Whiteouts == WhiteoutMode.Overlay)
        {
            return _overlay.Escape(name);
        }

        _options.Warn?.Invoke($"{entry.Name}: the xattr {name} would mean something to overlayfs and was left out");
        return null;
    }
}
