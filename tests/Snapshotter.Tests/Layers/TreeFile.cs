using LayerStore;
using LayerStore.Tar;
using Snapshotter.Linux;

namespace Snapshotter.Tests.Layers;

/// <summary>Everything about a file that a layer must keep.</summary>
/// <param name="Path">Its path; the root's is a dot.</param>
/// <param name="Status">What stat says.</param>
/// <param name="Xattrs">Its attributes, ordered by name.</param>
/// <param name="Rest">A link's target, or a file's size and digest, and the first of its names; empty for a directory.</param>
internal sealed record TreeFile(ByteString Path, FileStatus Status, IReadOnlyList<Xattr> Xattrs, string Rest)
{
    /// <summary>One line, the same for equal files.</summary>
    public override string ToString()
    {
        string xattrs = string.Join(' ', Xattrs.Select(static xattr => $"{xattr.Name}={xattr.Value}"));
        string device = Status.Type is FileType.CharacterDevice or FileType.BlockDevice ? $"{Status.RdevMajor}:{Status.RdevMinor}" : "";
        return $"{Path} {Status.Type} {Convert.ToString(Status.Mode, 8)} {Status.UserId}:{Status.GroupId} {device}"
            + $" {Status.ModifiedAt.Seconds}.{Status.ModifiedAt.Nanoseconds:d9} [{xattrs}]{Rest}";
    }
}
