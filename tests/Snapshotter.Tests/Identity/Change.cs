using System.Text;
using LayerStore;
using LayerStore.Tar;
using Snapshotter.Linux;

namespace Snapshotter.Tests.Identity;

/// <summary>What can be done to a tree.</summary>
internal static class Change
{
    public static Operation MakeDirectory(TreePath path) =>
        On(path, MakeDirectory, $"mkdir {path.ToShell()}", tree => tree.MakeDirectory(path), known => known.AddDirectory(path));

    public static Operation MakeDirectories(TreePath path) => new(
        path.IsLong ? $"({string.Join("; ", path.Names.Select(name => $"mkdir -p {new TreePath(name).ToShell()}; cd {new TreePath(name).ToShell()}"))})" : $"mkdir -p {path.ToShell()}",
        tree => tree.MakeDirectories(path))
    {
        Foresee = known => known.AddDirectory(path),
        Simpler = () => path.Simpler().Select(MakeDirectories),
    };

    public static Operation Write(TreePath path, char content, int size) =>
        On(path, p => Write(p, content, size), $"{Bytes(content, size)} > {Last(path)}", tree => tree.Write(path, Fill(content, size)), known => known.AddFile(path));

    public static Operation Append(TreePath path, char content, int size) =>
        On(path, p => Append(p, content, size), $"{Bytes(content, size)} >> {Last(path)}", tree => tree.Write(path, Fill(content, size), append: true));

    /// <summary>A change that only the content shows: neither size nor time.</summary>
    public static Operation Overwrite(TreePath path, char content, int size) => On(
        path,
        p => Overwrite(p, content, size),
        $"t=$(stat -c %y {Last(path)}); {Bytes(content, size)} 1<> {Last(path)}; touch -d \"$t\" {Last(path)}",
        tree => tree.Overwrite(path, Fill(content, size)));

    public static Operation WriteAt(TreePath path, long offset, char content, int size) => On(
        path,
        p => WriteAt(p, offset, content, size),
        $"{Bytes(content, size)} | dd of={Last(path)} bs=1 seek={offset} conv=notrunc status=none",
        tree => tree.WriteAt(path, offset, Fill(content, size)),
        known => known.AddFile(path));

    public static Operation Truncate(TreePath path, long size) =>
        On(path, p => Truncate(p, size), $"truncate -c -s {size} {Last(path)}", tree => tree.Truncate(path, size));

    public static Operation Rename(TreePath path, TreePath to) => Both(
        path, to, Rename, "perl -e 'rename $ARGV[0], $ARGV[1]'", tree => tree.Rename(path, to), known => known.Move(path, to));

    /// <summary>Exchanges two names, as exch(1) of util-linux does.</summary>
    public static Operation Exchange(TreePath path, TreePath with) =>
        Both(path, with, Exchange, "exch", tree => tree.Rename(path, with, exchange: true));

    public static Operation Remove(TreePath path) => On(path, Remove, $"rm -r {Last(path)}", tree => tree.Remove(path), known => known.Remove(path));

    public static Operation ReplaceByDirectory(TreePath path) => On(
        path,
        ReplaceByDirectory,
        $"rm -r {Last(path)} && mkdir {Last(path)} && printf 1 > {Last(path)}/a",
        tree =>
        {
            tree.Remove(path);
            tree.MakeDirectory(path);
            tree.Write(path.Below(ByteString.FromText("a")), "1"u8);
        },
        known => known.Replace(path, isDirectory: true));

    public static Operation ReplaceByFile(TreePath path) => On(
        path,
        ReplaceByFile,
        $"rm -r {Last(path)} && printf 2 > {Last(path)}",
        tree =>
        {
            tree.Remove(path);
            tree.Write(path, "2"u8);
        },
        known => known.Replace(path, isDirectory: false));

    public static Operation Link(TreePath path, TreePath to) =>
        Both(path, to, Link, "ln -P", tree => tree.Link(path, to), known => known.AddFile(to));

    public static Operation MakeLink(TreePath path, ByteString target) => On(
        path, p => MakeLink(p, target), $"ln -s -T -- {Quote(target.Span)} {Last(path)}", tree => tree.MakeLink(path, target), known => known.AddFile(path));

    public static Operation MakeNode(TreePath path, FileType type, uint major = 0, uint minor = 0) => On(
        path,
        p => MakeNode(p, type, major, minor),
        type switch
        {
            FileType.Fifo => $"mkfifo {Last(path)}",
            FileType.Socket => $"perl -MSocket -e 'socket S, AF_UNIX, SOCK_STREAM, 0; bind S, sockaddr_un $ARGV[0]' {Last(path)}",
            _ => $"mknod {Last(path)} {(type == FileType.BlockDevice ? 'b' : 'c')} {major} {minor}",
        },
        tree => tree.MakeNode(path, type, major, minor), known => known.AddFile(path));

    public static Operation SetMode(TreePath path, uint mode) =>
        Metadata(path, p => SetMode(p, mode), $"chmod {Convert.ToString(mode, 8)} {Last(path)}", (directory, name) => directory.SetMode(name, mode));

    public static Operation SetOwner(TreePath path, uint user, uint group) =>
        Metadata(path, p => SetOwner(p, user, group), $"chown -h {user}:{group} {Last(path)}", (directory, name) => directory.SetOwner(name, user, group));

    public static Operation SetTime(TreePath path, Timestamp time) => Metadata(
        path,
        p => SetTime(p, time),
        $"touch -c -h -m -d @{time.Seconds}.{time.Nanoseconds:d9} {Last(path)}",
        (directory, name) => directory.SetTimes(name, null, time));

    public static Operation SetXattr(TreePath path, Xattr xattr) => Metadata(
        path,
        p => SetXattr(p, xattr),
        $"setfattr -h -n {xattr.Name} -v 0x{Convert.ToHexStringLower(xattr.Value.Span)} {Last(path)}",
        (directory, name) => directory.SetXattr(name, xattr.Name, xattr.Value));

    public static Operation RemoveXattr(TreePath path, ByteString xattr) => Metadata(
        path, p => RemoveXattr(p, xattr), $"setfattr -h -x {xattr} {Last(path)}", (directory, name) => directory.RemoveXattr(name, xattr));

    private static Operation Metadata(TreePath path, Func<TreePath, Operation> again, string shell, Action<DirectoryHandle, ByteString?> change) =>
        On(path, again, shell, tree => tree.Change(path, change));

    private static Operation On(TreePath path, Func<TreePath, Operation> again, string shell, Action<LiveTree> run, Action<KnownPaths>? foresee = null) =>
        new(path.IsLong ? InDirectory(path, shell) : shell, run) { Foresee = foresee ?? (static _ => { }), Simpler = () => path.Simpler().Select(again) };

    private static Operation Both(TreePath path, TreePath other, Func<TreePath, TreePath, Operation> again, string command, Action<LiveTree> run, Action<KnownPaths>? foresee = null) => new(
        other.IsLong ? InDirectory(other, $"{command} \"$top\"/{path.ToShell()} {Last(other)}") : $"{command} {path.ToShell()} {other.ToShell()}", run)
    {
        Foresee = foresee ?? (static _ => { }),
        Simpler = () => path.Simpler().Select(p => again(p, other)).Concat(other.Simpler().Select(p => again(path, p))),
    };

    /// <summary>A path that is too long for one call is walked to in steps.</summary>
    private static string InDirectory(TreePath path, string shell) =>
        $"(top=$PWD; {string.Join(" && ", path.Parent.Names.Select(static name => $"cd {new TreePath(name).ToShell()}"))} && {shell})";

    private static string Last(TreePath path) => path.IsLong ? new TreePath(path.Name).ToShell() : path.ToShell();

    private static byte[] Fill(char content, int size)
    {
        byte[] bytes = new byte[size];
        Array.Fill(bytes, (byte)content);
        return bytes;
    }

    private static string Bytes(char content, int size) => $"printf %{size}s '' | tr ' ' {content}";

    private static string Quote(ReadOnlySpan<byte> bytes)
    {
        StringBuilder quoted = new("$'");
        foreach (byte b in bytes)
        {
            quoted.Append(char.IsAsciiLetterOrDigit((char)b) || b is (byte)'/' or (byte)'.' ? $"{(char)b}" : $"\\x{b:x2}");
        }

        return quoted.Append('\'').ToString();
    }
}
