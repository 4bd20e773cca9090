using System.Globalization;
using Snapshotter.Linux;
using Snapshotter.Snapshots.Overlay;

namespace Snapshotter.Snapshots.Mounted;

/// <summary>Says which trees of a store a mount shows, from what the kernel lists of it (proc_pid_mountinfo(5)).</summary>
internal sealed class MountedTrees
{
    private readonly string _plain;
    private readonly string _escaped;
    private readonly string[] _bindRoots = [];
    private readonly MountEntry? _home;

    /// <param name="root">The absolute path of the store. It need not exist.</param>
    /// <param name="table">What is mounted.</param>
    public MountedTrees(string root, IReadOnlyList<MountEntry> table)
    {
        _plain = root + "/t/";
        _escaped = OverlayMount.Escape(_plain);

        // A bind mount names its directory by the path on the file system that the store is on; a removed tree went through the trash.
        _home = table.Where(entry => IsBelow(root, entry.Target)).MaxBy(entry => entry.Target.Length);
        if (_home is not null)
        {
            string home = _home.Root.TrimEnd('/') + root[_home.Target.TrimEnd('/').Length..];
            _bindRoots = [home + "/t/", home + "/trash/t-"];
        }
    }

    /// <summary>The numbers of the trees, in the order in which the mount names them.</summary>
    public IEnumerable<long> Of(MountEntry mount)
    {
        if (mount.FileSystemType == "erofs")
        {
            return mount.Target.StartsWith(_plain, StringComparison.Ordinal) ? Numbers(mount.Target, _plain) : [];
        }

        if (mount.FileSystemType == "overlay")
        {
            return Numbers(mount.SuperOptions, _plain).Concat(_escaped == _plain ? [] : Numbers(mount.SuperOptions, _escaped)).Distinct();
        }

        return _home is not null && mount.Source == _home.Source && mount.FileSystemType == _home.FileSystemType
            && Array.Find(_bindRoots, root => mount.Root.StartsWith(root, StringComparison.Ordinal)) is { } bound
            ? Numbers(mount.Root, bound)
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
