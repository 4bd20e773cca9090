using LayerStore;
using LayerStore.Tar;
using Snapshotter.Linux;

namespace Snapshotter.Layers.Apply;

/// <summary>Who owns a file here, when it is not sure that everybody exists: in a user namespace only mapped ids do (user_namespaces(7)).</summary>
internal sealed class OwnerPolicy(bool squash)
{
    private readonly UserNamespace _namespace = UserNamespace.Current;

    /// <summary>Whether an entry's owner was replaced so far: such a layer must not be shared.</summary>
    public bool HasSquashed { get; private set; }

    /// <summary>The entry's owner, or root where that one is not mapped.</summary>
    /// <exception cref="LayerStoreException"><see cref="ErrorKind.PermissionDenied"/>: the owner is not mapped, and may not be replaced.</exception>
    public (uint UserId, uint GroupId) Of(TarEntry entry)
    {
        if (_namespace.IsInitial)
        {
            return (entry.UserId, entry.GroupId);
        }

        bool user = _namespace.IsMapped(entry.UserId);
        bool group = _namespace.IsGroupMapped(entry.GroupId);
        if (user && group)
        {
            return (entry.UserId, entry.GroupId);
        }

        if (!squash)
        {
            throw new LayerStoreException(
                ErrorKind.PermissionDenied,
                $"{entry.Name} belongs to {entry.UserId}:{entry.GroupId}, who is not mapped in this user namespace",
                "Map more ids (unshare --map-auto, newuidmap), or give such files to root here with --squash-ids.");
        }

        HasSquashed = true;
        return (user ? entry.UserId : 0, group ? entry.GroupId : 0);
    }
}
