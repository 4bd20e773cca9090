using System.Text;
using LayerStore;
using Snapshotter.Linux;

namespace Fuzz.Targets;

/// <summary>
/// A directory beside the trees that layers are applied to, with a secret in it. Nothing about it may change: the change time shows every chmod, chown, link
/// and write. And the secret may not turn up in a tree.
/// </summary>
internal sealed class Outside
{
    private static readonly byte[] s_secret = Encoding.ASCII.GetBytes("what-no-layer-may-read-4f1d");
    private static readonly string[] s_names = [".", "secret", "dir", "dir/file"];

    private readonly string _path;
    private readonly FileStatus[] _before;

    public Outside(string parent)
    {
        _path = Path.Combine(parent, "outside");
        Directory.CreateDirectory(Path.Combine(_path, "dir"));
        File.WriteAllBytes(Path.Combine(_path, "secret"), s_secret);
        File.WriteAllBytes(Path.Combine(_path, "dir/file"), s_secret);
        _before = Look();
    }

    /// <summary>Refuses a change, or names that are new in the directory above.</summary>
    /// <param name="known">What else may be there.</param>
    public void CheckUnchanged(params ReadOnlySpan<string> known)
    {
        FileStatus[] now = Look();
        for (int i = 0; i < now.Length; i++)
        {
            Rule.Holds(now[i] == _before[i], "nothing outside of the target changes", s_names[i]);
        }

        foreach (string entry in Directory.EnumerateFileSystemEntries(Path.GetDirectoryName(_path)!))
        {
            Rule.Holds(entry == _path || known.Contains(entry), "nothing is made outside of the target", entry);
        }
    }

    /// <summary>Refuses a tree that holds the secret.</summary>
    public static void CheckUnread(ReadOnlySpan<byte> dump) => Rule.Holds(dump.IndexOf(s_secret) < 0, "nothing outside of the target is read");

    private FileStatus[] Look()
    {
        using RootDirectory root = RootDirectory.Open(_path);
        return [.. s_names.Select(name => root.TryStat(ByteString.FromText(name)) ?? default)];
    }
}
