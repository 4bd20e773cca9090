using LayerStore;
using LayerStore.Tar;
using Snapshotter.Linux;

namespace Snapshotter.Layers.Owners;

/// <summary>Who owns a file here, when it is not sure that everybody exists: in a user namespace only mapped ids do (user_namespaces(7)).</summary>
internal sealed class OwnerPolicy(bool squash)
{
    /// <summary>The owner that stands for this one here: root where the ids are not mapped.</summary>
    public static FileOwner Squash(FileOwner owner)
    {
        UserNamespace here = UserNamespace.Current;
        return here.IsInitial
            ? owner
            : new FileOwner(here.IsMapped(owner.UserId) ? owner.UserId : 0, here.IsGroupMapped(owner.GroupId) ? owner.GroupId : 0);
    }

    /// <summary>
    /// Whether an owner is to be noted beside the one on the disk: one that root stands for, and root itself of a directory. Of a directory that is in several
    /// layers nobody could tell later whether it is root's, or one below says whose it is.
    /// </summary>
    public static bool IsToBeNoted(FileOwner owner, bool isDirectory) =>
        Squash(owner) != owner || (isDirectory && !UserNamespace.Current.IsInitial && (owner.UserId == 0 || owner.GroupId == 0));

    /// <summary>The entry's owner, or root where that one is not mapped.</summary>
    /// <exception cref="LayerStoreException"><see cref="ErrorKind.PermissionDenied"/>: the owner is not mapped, and may not be replaced.</exception>
    public FileOwner Of(TarEntry entry)
    {
        FileOwner owner = new(entry.UserId, entry.GroupId);
        FileOwner here = Squash(owner);
        return here == owner || squash
            ? here
            : throw new LayerStoreException(
                ErrorKind.PermissionDenied,
                $"{entry.Name} belongs to {entry.UserId}:{entry.GroupId}, who is not mapped in this user namespace",
                "Map more ids (unshare --map-auto, newuidmap), or give such files to root here with --squash-ids.");
    }
}
