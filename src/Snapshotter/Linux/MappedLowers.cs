namespace Snapshotter.Linux;

/// <summary>
/// The lower directories of an overlay that shows mapped owners. It has no mapping of its own, but takes over those of its lowers (since Linux 5.19);
/// that these need no place, and leave nothing behind, is since Linux 6.15.
/// </summary>
internal sealed class MappedLowers(IdMapping mapping) : IDisposable
{
    private readonly OtherUserNamespace _namespace = OtherUserNamespace.Make(mapping);
    private readonly List<RootDirectory> _trees = [];

    /// <summary>Adds one. Until the overlay is made this must not be disposed: overlay clones the mounts only then.</summary>
    public void Set(FileSystemContext context, string lower)
    {
        RootDirectory tree = Mounter.MountMapped(lower, _namespace.Handle);
        _trees.Add(tree);
        context.SetDirectory("lowerdir+", lower, tree.Handle, isElsewhere: true);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _trees.ForEach(tree => tree.Dispose());
        _namespace.Dispose();
    }
}
