using LayerStore;

namespace Snapshotter.Snapshots;

/// <summary>The errors that all drivers give alike; <see cref="ISnapshotter"/> says when.</summary>
internal static class SnapshotErrors
{
    /// <summary>Whether a snapshot can have this key.</summary>
    public static bool IsKey(string key) => key.Length is > 0 and <= StoreText.MaxLength && !key.AsSpan().ContainsAny('\0', '\n') && !HasLoneSurrogate(key);

    /// <summary>Refuses text that cannot be a key or name.</summary>
    public static void CheckKey(string key)
    {
        ArgumentNullException.ThrowIfNull(key);
        if (!IsKey(key))
        {
            throw new LayerStoreException(
                ErrorKind.InvalidArgument,
                $"\"{Printable.Text(key)}\" cannot be the key or name of a snapshot",
                $"Any text of 1 to {StoreText.MaxLength} characters will do that has no NUL or newline in it.");
        }
    }

    public static LayerStoreException NotFound(string key) =>
        new(ErrorKind.NotFound, $"there is no snapshot \"{Printable.Text(key)}\"", "See \"layerstore snapshot ls\".");

    public static LayerStoreException NoParent(string parent) =>
        new(ErrorKind.NotFound, $"there is no parent snapshot \"{Printable.Text(parent)}\"", "See \"layerstore snapshot ls\".");

    public static LayerStoreException ParentNotCommitted(string parent) =>
        new(ErrorKind.InvalidArgument, $"the snapshot \"{Printable.Text(parent)}\" cannot be a parent: it is not committed", "Commit it first.");

    public static LayerStoreException Taken(string key) =>
        new(ErrorKind.AlreadyExists, $"there is a snapshot \"{Printable.Text(key)}\" already", "Choose another name, or remove that one.");

    public static LayerStoreException NotActive(string key, string verb) =>
        new(ErrorKind.FailedPrecondition, $"cannot {verb} the snapshot \"{Printable.Text(key)}\": it is not active", "Only what was prepared can change.");

    public static LayerStoreException Committed(string key) =>
        new(
            ErrorKind.FailedPrecondition,
            $"the committed snapshot \"{Printable.Text(key)}\" has no mounts of its own",
            "Make a view of it to read it, or prepare a snapshot on top of it to change it.");

    public static LayerStoreException HasChildren(string key) =>
        new(ErrorKind.FailedPrecondition, $"cannot remove the snapshot \"{Printable.Text(key)}\": it has children", "Remove those first.");

    public static LayerStoreException Mounted(string key, string verb, string target) =>
        new(
            ErrorKind.FailedPrecondition,
            $"cannot {verb} the snapshot \"{Printable.Text(key)}\": it is mounted at {Printable.Text(target)}",
            "Unmount it first.");

    public static LayerStoreException Changed(string key) =>
        new(ErrorKind.Aborted, $"the snapshot \"{Printable.Text(key)}\" was changed by another process meanwhile", "Try again.");

    public static LayerStoreException HasParent(string key, string parent) =>
        new(
            ErrorKind.FailedPrecondition,
            $"the snapshot \"{Printable.Text(key)}\" has the parent \"{Printable.Text(parent)}\" already",
            "Only a snapshot that was prepared without a parent can be given one at commit.");

    public static LayerStoreException ImageOfOtherDriver(long tree) =>
        new(ErrorKind.DataLoss, $"the tree {tree} is recorded as an image, and this store's driver has none", "The records are damaged: layerstore check");

    // SQLite would keep a lone surrogate as another character: the key would not come back as it was given.
    private static bool HasLoneSurrogate(string key)
    {
        for (int i = 0; i < key.Length; i++)
        {
            if (char.IsHighSurrogate(key[i]) && i + 1 < key.Length && char.IsLowSurrogate(key[i + 1]))
            {
                i++;
            }
            else if (char.IsSurrogate(key[i]))
            {
                return true;
            }
        }

        return false;
    }
}
