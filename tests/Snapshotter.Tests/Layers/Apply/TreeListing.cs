using System.Globalization;
using System.Security.Cryptography;
using LayerStore;
using Microsoft.Win32.SafeHandles;
using Snapshotter.Linux;

namespace Snapshotter.Tests.Layers.Apply;

/// <summary>A tree as lines of text, one a file, with everything that a layer can say about it: equal trees have equal listings.</summary>
internal static class TreeListing
{
    public static string Of(string path)
    {
        using RootDirectory root = RootDirectory.Open(path);
        return Of(root);
    }

    public static string Of(RootDirectory root)
    {
        List<string> lines = [];
        Dictionary<(ulong, ulong), string> links = [];
        using DirectoryHandle self = root.OpenSelf();
        lines.Add(Line("/", self, null, self.Stat(), links));
        Walk(self, "/", lines, links);
        return string.Join("\n", lines);
    }

    private static void Walk(DirectoryHandle directory, string path, List<string> lines, Dictionary<(ulong, ulong), string> links)
    {
        foreach (DirectoryItem item in directory.List())
        {
            FileStatus status = directory.TryStat(item.Name) ?? throw new InvalidOperationException($"{path}{item.Name} is a ghost");
            string name = $"{path}{item.Name}";
            lines.Add(Line(name, directory, item.Name, status, links));
            if (status.IsDirectory)
            {
                using DirectoryHandle child = directory.OpenChild(item.Name);
                Walk(child, name + "/", lines, links);
            }
        }
    }

    private static string Line(string path, DirectoryHandle directory, ByteString? name, FileStatus status, Dictionary<(ulong, ulong), string> links)
    {
        string detail = status.Type switch
        {
            FileType.RegularFile => Content(directory, name!.Value, status),
            FileType.SymbolicLink => "-> " + directory.ReadLink(name!.Value),
            FileType.CharacterDevice or FileType.BlockDevice => $"{status.RdevMajor}:{status.RdevMinor}",
            _ => "",
        };
        if (!status.IsDirectory)
        {
            (ulong, ulong) key = (status.Device, status.Inode);
            detail += links.TryAdd(key, path) ? "" : $" same as {links[key]}";
        }

        IEnumerable<string> xattrs = directory.ListXattrs(name).Where(static x => !x.Name.StartsWith("security.selinux"u8)).Select(static x => $"{x.Name}={x.Value}");
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{path} {status.Type} {Convert.ToString(status.Mode, 8)} {status.UserId}:{status.GroupId} {status.ModifiedAt.Seconds}.{status.ModifiedAt.Nanoseconds:d9} {detail}{string.Concat(xattrs.Select(static x => " " + x))}");
    }

    private static string Content(DirectoryHandle directory, ByteString name, FileStatus status)
    {
        byte[] content = new byte[status.Size];
        using SafeFileHandle file = directory.OpenRead(name);
        FileOperations.ReadAt(file, content, 0, name);
        return content.Length <= 32 ? $"\"{new ByteString(content)}\"" : Convert.ToHexStringLower(SHA256.HashData(content));
    }
}
