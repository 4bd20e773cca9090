using Snapshotter.Snapshots;

namespace LayerStore.Cli.Output;

/// <summary>Writes mounts as commands that a POSIX shell runs.</summary>
internal static class MountCommands
{
    /// <summary>Prints one line for each mount.</summary>
    public static void Print(Session session, IReadOnlyList<Mount> mounts, string target)
    {
        foreach (Mount mount in mounts)
        {
            session.Print(Format(mount, target));
        }
    }

    /// <summary>The command line of one mount.</summary>
    public static string Format(Mount mount, string target)
    {
        // mount(8) takes an absolute path after -- for what it is, also if it begins with a dash.
        string options = mount.Options.Count == 0 ? "" : $"-o {ShellWord.Quote(string.Join(',', mount.Options))} ";
        return $"mount -t {ShellWord.Quote(mount.Type)} {options}{ShellWord.Quote(mount.Source)} {ShellWord.Quote(Path.GetFullPath(target))}";
    }
}
