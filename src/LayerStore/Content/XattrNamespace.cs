namespace LayerStore.Content;

/// <summary>
/// Where overlay keeps its marks in a store's layers. Fixed when the store is made: in the other mode opaque marks
/// would be ignored or show as ordinary attributes (kernel: Documentation/filesystems/overlayfs.rst, "User xattr").
/// </summary>
public enum XattrNamespace
{
    /// <summary><c>trusted.overlay.*</c>: a store of root.</summary>
    Trusted,

    /// <summary><c>user.overlay.*</c>: a store in a user namespace, mounted with <c>userxattr</c>.</summary>
    User,
}
