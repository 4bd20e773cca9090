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

    public static IReadOnlyList<string> Of(RootDirectory root, bool withRootTime = true)
    {
        List<string> lines = [];
        Dictionary<(ulong, ulong), ByteString> firstNames = [];
        using DirectoryHandle self = root.OpenSelf();
        FileStatus status = self.Stat();
        lines.Add(Line(ByteString.FromText("."), withRootTime ? status : status with { ModifiedAt = default }, self, null, ""));
        Add(self, ByteString.Empty, lines, firstNames);
        return lines;
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

    private static void Add(DirectoryHandle directory, ByteString path, List<string> lines, Dictionary<(ulong, ulong), ByteString> firstNames)
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
                    lines.Add(Line(child, status, directory, item.Name, ""));
                    using (DirectoryHandle opened = directory.OpenChild(item.Name))
                    {
                        Add(opened, child, lines, firstNames);
                    }

                    break;
                default:
                    bool isFirst = status.LinkCount == 1 || firstNames.TryAdd((status.Device, status.Inode), child);
                    ByteString first = isFirst ? child : firstNames[(status.Device, status.Inode)];
                    lines.Add(Line(child, status, directory, item.Name, $" {Content(directory, item.Name, status)} same as {first}"));
                    break;
            }
        }
    }

    private static string Line(ByteString path, FileStatus status, DirectoryHandle directory, ByteString? name, string rest)
    {
        string xattrs = string.Join(' ', directory.ListXattrs(name).Select(xattr => $"{xattr.Name}={xattr.Value}"));
        string device = status.Type is FileType.CharacterDevice or FileType.BlockDevice ? $"{status.RdevMajor}:{status.RdevMinor}" : "";
        return $"{path} {status.Type} {Convert.ToString(status.Mode, 8)} {status.UserId}:{status.GroupId} {device}"
            + $" {status.ModifiedAt.Seconds}.{status.ModifiedAt.Nanoseconds:d9} [{xattrs}]{rest}";
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
