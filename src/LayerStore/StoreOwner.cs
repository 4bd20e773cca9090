namespace LayerStore;

/// <summary>
/// Whoever uses a store under a name of its own: the command line, or one socket of a daemon. Each sees its own blobs, ingests and
/// snapshots only, and bytes go when nobody holds them any more (docs/decisions/0016-owners.md).
/// </summary>
public static class StoreOwner
{
    /// <summary>The command line, to which images and leases belong. It needs no claims: what those lead to is its.</summary>
    public const string CommandLine = "cli";

    /// <summary>Refuses what cannot be the name of an owner.</summary>
    /// <exception cref="LayerStoreException"><see cref="ErrorKind.InvalidArgument"/>: empty, overlong, or with a NUL or a newline.</exception>
    public static void RequireName(string owner) => StoreText.RequireName(owner, "the name of an owner");
}
