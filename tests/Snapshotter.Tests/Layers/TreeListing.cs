using System.Security.Cryptography;
using LayerStore;
using Microsoft.Win32.SafeHandles;
using Snapshotter.Linux;

namespace Snapshotter.Tests.Layers;

/// <summary>Writes down everything about a tree that a layer must keep, a line for each file: what two equal trees have in common.</summary>
internal static class TreeListing
{
    /// <summary>Lists a tree, its root included.</summary>
    /// <param name="path">The root.</param>
    /// <param name="withRootTime">Whether the root's time counts.</param>
    public static IReadOnlyList<string> Of(string path, bool withRootTime = true)
    {
        using RootDirectory root = RootDirectory.Open(path);
        return Of(root, withRootTime);
    }

    public static IReadOnlyList<string> Of(RootDirectory root, bool withRootTime = true) =>
        [.. Files(root).Select((file, i) => (i > 0 || withRootTime ? file : file with { Status = file.Status with { ModifiedAt = default } }).ToString())];

    /// <summary>Lists a tree, its root first, and what is in a directory after it.</summary>
    public static IReadOnlyList<TreeFile> Files(RootDirectory root)
    {
        List<TreeFile> files = [];
        using DirectoryHandle self = root.OpenSelf();
        files.Add(new TreeFile(ByteString.FromText("."), self.Stat(), self.ListXattrs(null), ""));
        Add(self, ByteString.Empty, files, []);
        return files;
    }

    /// <summary>The bytes that <see cref="ByteString.ToString"/> printed.</summary>
    public static ByteString Unescape(string printed)
    {
        List<byte> bytes = [];
        for (int i = 0; i < printed.Length; i++)
        {
            if (printed[i] != '\\')
            {
                bytes.AddRange(System.Text.Encoding.UTF8.GetBytes(printed, i, 1));
            }
            else if (printed[i + 1] == '\\')
            {
                bytes.Add((byte)'\\');
                i++;
            }
            else
            {
                bytes.Add(Convert.ToByte(printed.Substring(i + 2, 2), 16));
                i += 3;
            }
        }

        return new ByteString([.. bytes]);
    }

    private static void Add(DirectoryHandle directory, ByteString path, List<TreeFile> files, Dictionary<(ulong, ulong), ByteString> firstNames)
    {
        foreach (DirectoryItem item in directory.List())
        {
            ByteString child = path.IsEmpty ? item.Name : ByteString.Concat(path.Span, "/"u8, item.Name.Span);
            FileStatus status = directory.TryStat(item.Name)!.Value;
            switch (status.Type)
            {
                case FileType.Socket:
                    break;
                case FileType.Directory:
                    files.Add(new TreeFile(child, status, directory.ListXattrs(item.Name), ""));
                    using (DirectoryHandle opened = directory.OpenChild(item.Name))
                    {
                        Add(opened, child, files, firstNames);
                    }

                    break;
                default:
                    bool isFirst = status.LinkCount == 1 || firstNames.TryAdd((status.Device, status.Inode), child);
                    ByteString first = isFirst ? child : firstNames[(status.Device, status.Inode)];
                    files.Add(new TreeFile(child, status, directory.ListXattrs(item.Name), $" {Content(directory, item.Name, status)} same as {first}"));
                    break;
            }
        }
    }

    private static string Content(DirectoryHandle directory, ByteString name, FileStatus status)
    {
        switch (status.Type)
        {
            case FileType.SymbolicLink:
                return $"-> {directory.ReadLink(name)}";
            case FileType.RegularFile:
                using (SafeFileHandle file = directory.OpenRead(name))
                using (FileStream stream = new(file, FileAccess.Read))
                {
                    return $"{status.Size} {Convert.ToHexStringLower(SHA256.HashData(stream))[..16]}";
                }

            default:
                return "";
        }
    }
}
