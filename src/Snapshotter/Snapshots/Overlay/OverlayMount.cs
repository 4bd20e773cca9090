using System.Text;

namespace Snapshotter.Snapshots.Overlay;

/// <summary>Writes the mount of a stack (kernel, Documentation/filesystems/overlayfs.rst).</summary>
internal static class OverlayMount
{
    // What a kernel may have on by default must be off here. An index binds an upper to the very inodes of its lowers;
    // metacopy and redirects leave a file's data, or a directory's content, in the layers below, where no upper that
    // becomes a layer finds it again. "nofollow" also ignores redirects that somebody else put into a tree.
    private static readonly string[] s_fixed = ["index=off", "metacopy=off", "redirect_dir=nofollow"];

    /// <summary>A mount value that mount(2) and fsconfig(2) take alike.</summary>
    /// <param name="lowers">The lower directories, topmost first; at least one, and two without an upper.</param>
    /// <param name="upper">The upper directory; null for a read-only mount.</param>
    /// <param name="work">The work directory of the upper.</param>
    /// <param name="userXattrs">Whether overlay's xattrs are in the <c>user</c> namespace.</param>
    public static Mount Create(IEnumerable<string> lowers, string? upper, string? work, bool userXattrs)
    {
        List<string> options = [];
        if (userXattrs)
        {
            options.Add("userxattr");
        }

        options.AddRange(s_fixed);
        options.Add("lowerdir=" + string.Join(':', lowers.Select(Escape)));
        if (upper is null)
        {
            options.Add("ro");
        }
        else
        {
            options.Add("upperdir=" + Escape(upper));
            options.Add("workdir=" + Escape(work!));
        }

        return new Mount("overlay", "overlay", options);
    }

    /// <summary>Puts a backslash before what overlay's own option parser takes for a separator.</summary>
    public static string Escape(string path)
    {
        if (path.AsSpan().IndexOfAny("\\:,") < 0)
        {
            return path;
        }

        StringBuilder escaped = new(path.Length + 8);
        foreach (char c in path)
        {
            if (c is '\\' or ':' or ',')
            {
                escaped.Append('\\');
            }

            escaped.Append(c);
        }

        return escaped.ToString();
    }
}
