using System.Globalization;
using Snapshotter.Linux;
using Snapshotter.Snapshots.Overlay;

namespace Snapshotter.Snapshots.Mounted;

/// <summary>Says which trees of a store a mount shows, from what the kernel lists of it (proc_pid_mountinfo(5)).</summary>
internal sealed class MountedTrees
{
    private readonly string _plain;
    private readonly string _escaped;
    private readonly string? _bindRoot;
    private readonly MountEntry? _home;

    /// <param name="trees">The absolute path of the store's directory of trees. It need not exist.</param>
    /// <param name="table">What is mounted.</param>
    public MountedTrees(string trees, IReadOnlyList<MountEntry> table)
    {
        _plain = trees + "/";
        _escaped = OverlayMount.Escape(_plain);

        // A bind mount names its directory by the path on the file system that the store is on.
        _home = table.Where(entry => IsBelow(trees, entry.Target)).MaxBy(entry => entry.Target.Length);
        _bindRoot = _home is null ? null : _home.Root.TrimEnd('/') + trees[_home.Target.TrimEnd('/').Length..] + "/";
    }

    /// <summary>The numbers of the trees, in the order in which the mount names them.</summary>
    public IEnumerable<long> Of(MountEntry mount)
    {
        if (mount.FileSystemType == "overlay")
        {
            return Numbers(mount.SuperOptions, _plain).Concat(_escaped == _plain ? [] : Numbers(mount.SuperOptions, _escaped)).Distinct();
        }

        return _bindRoot is not null && mount.Source == _home!.Source && mount.FileSystemType == _home.FileSystemType
            && mount.Root.StartsWith(_bindRoot, StringComparison.Ordinal)
            ? Numbers(mount.Root, _bindRoot)
            : [];
    }

    private static bool IsBelow(string path, string directory) =>
        directory == "/" || path == directory || path.StartsWith(directory + "/", StringComparison.Ordinal);

    private static IEnumerable<long> Numbers(string text, string prefix)
    {
        for (int at = text.IndexOf(prefix, StringComparison.Ordinal); at >= 0; at = text.IndexOf(prefix, at, StringComparison.Ordinal))
        {
            at += prefix.Length;
            int end = at;
            while (end < text.Length && char.IsAsciiDigit(text[end]))
            {
                end++;
            }

            bool isWhole = end == text.Length || text[end] is ',' or ':' or '/';
            if (isWhole && long.TryParse(text.AsSpan(at, end - at), NumberStyles.None, CultureInfo.InvariantCulture, out long number))
            {
                yield return number;
            }
        }
    }
}
