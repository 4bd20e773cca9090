namespace Snapshotter.Snapshots;

/// <summary>Labels of snapshots that mean something to the store.</summary>
internal static class WellKnownLabels
{
    /// <summary>containerd's name for a chain: a client that prepares a snapshot with it will take one that is here already (containerd, docs/remote-snapshotter.md).</summary>
    public const string SnapshotReference = "containerd.io/snapshot.ref";

    /// <summary>How users in a container's files are numbered outside of it: <c>CONTAINER:HOST:COUNT</c>, joined by commas (containerd, <c>snapshots/snapshotter.go</c>).</summary>
    public const string UserMapping = "containerd.io/snapshot/uidmapping";

    /// <summary>The same for groups.</summary>
    public const string GroupMapping = "containerd.io/snapshot/gidmapping";

    /// <summary>The image that a snapshot was made of by "mount", which asks for the mounts again whenever it mounts it.</summary>
    public const string MountedImage = "layerstore/image.name";

    /// <summary>What a layer was unpacked without; see <c>UnpackPolicy</c>.</summary>
    public const string LeftOut = "layerstore.left-out";
}
