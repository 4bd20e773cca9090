using System.Text;
using LayerStore;
using LayerStore.Tar;
using Microsoft.Win32.SafeHandles;
using Snapshotter.Layers;
using Snapshotter.Layers.Check;
using Snapshotter.Linux;

namespace Snapshotter.Tests.Layers.Checking;

/// <summary>Damages files of a tree, each in one way, and nothing else: the directories around keep their times.</summary>
internal sealed class Vandal : IDisposable
{
    private static readonly ByteString s_xattr = ByteString.FromText("user.vandal");
    private static readonly ByteString s_target = ByteString.FromText("/etc/passwd");
    private static readonly ByteString s_inside = ByteString.FromText("inside");

    private readonly RootDirectory _root;
    private readonly Random _random;
    private readonly Dictionary<string, TreeFaults> _done = [];

    public Vandal(string directory, int seed)
    {
        _root = RootDirectory.Open(directory);
        _random = new Random(seed);
    }

    /// <summary>What was damaged, and what is then wrong with it.</summary>
    public IReadOnlyDictionary<string, TreeFaults> Done => _done;

    /// <summary>How often each thing was done.</summary>
    public SortedDictionary<string, int> Counts { get; } = [];

    /// <summary>Damages so many files, chosen at random among those with one name.</summary>
    public void Damage(int count)
    {
        TreeFile[] files = [.. TreeListing.Files(_root).Skip(1).Where(file => file.Status.LinkCount == 1 || file.Status.Type == FileType.Directory)];
        _random.Shuffle(files);
        foreach (TreeFile file in files.Take(count))
        {
            (ByteString parent, ByteString name) = LayerPath.Split(file.Path);
            using DirectoryHandle directory = _root.TryOpenRealDirectory(parent)!;
            Timestamp time = directory.Stat().ModifiedAt;
            Damage(directory, file, name);
            directory.SetTimes(null, null, time);
        }
    }

    public void Dispose() => _root.Dispose();

    private void Damage(DirectoryHandle directory, TreeFile file, ByteString name)
    {
        FileStatus status = file.Status;
        bool isText = !name.Span.ContainsAnyExceptInRange((byte)0, (byte)0x7f); // What .NET can open for writing by its name.
        (string What, Func<TreeFaults> Do)[] ways =
        [
            ("chown", () => Run(TreeFaults.Owner, () => Chown(directory, name, status))),
            ("touch", () => Run(TreeFaults.Time, () => directory.SetTimes(name, null, new Timestamp(status.ModifiedAt.Seconds, (status.ModifiedAt.Nanoseconds + 1) % 1_000_000_000)))),
            .. status.Type == FileType.SymbolicLink ? [] : ((string, Func<TreeFaults>)[])[("chmod", () => Run(TreeFaults.Mode, () => directory.SetMode(name, status.Mode ^ 0x49)))],
            .. status.Type is FileType.RegularFile or FileType.Directory
                ? ((string, Func<TreeFaults>)[])[("xattr", () => Run(TreeFaults.Xattrs, () => directory.SetXattr(name, s_xattr, ByteString.FromText("v"))))] : [],
            .. status.Type == FileType.Directory
                ? ((string, Func<TreeFaults>)[])[("add file", () => AddIn(directory, name, isDirectory: false)), ("add directory", () => AddIn(directory, name, isDirectory: true))]
                : ((string, Func<TreeFaults>)[])[
                    ("delete", () => Run(TreeFaults.Missing, () => directory.Unlink(name))),
                    ("to directory", () => Run(TreeFaults.Type, () => MakeDirectory(directory, name, replace: true))),
                ],
            .. status.Type == FileType.RegularFile
                ? ((string, Func<TreeFaults>)[])[("to link", () => Run(TreeFaults.Type, () => Replace(directory, name, () => directory.MakeSymbolicLink(name, s_target))))] : [],
            .. status.Type == FileType.RegularFile && isText
                ? ((string, Func<TreeFaults>)[])[("append", () => Write(directory, name, status, append: true, keepTime: false))] : [],
            .. status is { Type: FileType.RegularFile, Size: > 0 } && isText
                ? ((string, Func<TreeFaults>)[])[
                    ("flip", () => Write(directory, name, status, append: false, keepTime: false)),
                    ("flip, keep time", () => Write(directory, name, status, append: false, keepTime: true)),
                    ("truncate", () => Truncate(directory, name, status)),
                ] : [],
            .. status.Type == FileType.SymbolicLink ? ((string, Func<TreeFaults>)[])[("retarget", () => Retarget(directory, name, status))] : [],
        ];
        (string what, Func<TreeFaults> act) = ways[_random.Next(ways.Length)];
        TreeFaults faults = act();
        Counts[what] = Counts.GetValueOrDefault(what) + 1;
        if (faults != TreeFaults.Extra)
        {
            _done.Add(file.Path.ToString(), faults);
        }
        else
        {
            _done.Add(file.Path + "/new", faults);
        }
    }

    private static TreeFaults Run(TreeFaults faults, Action act)
    {
        act();
        return faults;
    }

    // chown(2) takes setuid bits and capabilities off: the files have none.
    private static void Chown(DirectoryHandle directory, ByteString name, FileStatus status) => directory.SetOwner(name, status.UserId + 1, status.GroupId);

    private static void Replace(DirectoryHandle directory, ByteString name, Action make)
    {
        directory.Unlink(name);
        make();
    }

    private static void MakeDirectory(DirectoryHandle directory, ByteString name, bool replace)
    {
        if (replace)
        {
            directory.Unlink(name);
        }

        directory.MakeDirectory(name, 0x1ed);
        using DirectoryHandle made = directory.OpenChild(name);
        made.CreateFile(s_inside, 0x1a4).Dispose();
        made.MakeDirectory(ByteString.FromText("more"), 0x1ed);
    }

    private static TreeFaults AddIn(DirectoryHandle parent, ByteString name, bool isDirectory)
    {
        using DirectoryHandle directory = parent.OpenChild(name);
        Timestamp time = directory.Stat().ModifiedAt;
        ByteString added = ByteString.FromText("new");
        if (isDirectory)
        {
            MakeDirectory(directory, added, replace: false);
        }
        else
        {
            directory.CreateFile(added, 0x1a4).Dispose();
        }

        directory.SetTimes(null, null, time);
        return TreeFaults.Extra;
    }

    private TreeFaults Write(DirectoryHandle directory, ByteString name, FileStatus status, bool append, bool keepTime)
    {
        byte[] content = Read(directory, name);
        long at = append ? content.Length : _random.NextInt64(content.Length);
        using (SafeFileHandle file = File.OpenHandle($"/proc/self/fd/{directory.Handle.DangerousGetHandle()}/{Encoding.UTF8.GetString(name.Span)}", FileMode.Open, FileAccess.Write))
        {
            RandomAccess.Write(file, [append ? (byte)1 : (byte)(content[at] ^ (1 << _random.Next(8)))], at);
        }

        if (keepTime)
        {
            directory.SetTimes(name, null, status.ModifiedAt);
        }

        return TreeFaults.Content | (keepTime ? TreeFaults.None : TreeFaults.Time);
    }

    private TreeFaults Truncate(DirectoryHandle directory, ByteString name, FileStatus status)
    {
        using SafeFileHandle file = File.OpenHandle($"/proc/self/fd/{directory.Handle.DangerousGetHandle()}/{Encoding.UTF8.GetString(name.Span)}", FileMode.Open, FileAccess.Write);
        RandomAccess.SetLength(file, _random.NextInt64(status.Size));
        return TreeFaults.Content | TreeFaults.Time;
    }

    private static byte[] Read(DirectoryHandle directory, ByteString name)
    {
        using SafeFileHandle file = directory.OpenRead(name);
        byte[] content = new byte[RandomAccess.GetLength(file)];
        RandomAccess.Read(file, content, 0);
        return content;
    }

    private static TreeFaults Retarget(DirectoryHandle directory, ByteString name, FileStatus status)
    {
        Replace(directory, name, () => directory.MakeSymbolicLink(name, ByteString.FromText("../elsewhere")));
        directory.SetOwner(name, status.UserId, status.GroupId);
        directory.SetTimes(name, null, status.ModifiedAt);
        return TreeFaults.Target;
    }
}
