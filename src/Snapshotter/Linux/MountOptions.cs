using System.Text;
using Snapshotter.Snapshots;

namespace Snapshotter.Linux;

/// <summary>A mount's options, sorted by who takes them: the mount point, or the file system.</summary>
internal sealed class MountOptions
{
    private const uint ReadOnlyAttribute = 1;
    private const ulong MS_RDONLY = 1;
    private const ulong MS_REC = 0x4000;

    private string? _userMap;
    private string? _groupMap;

    /// <summary>MOUNT_ATTR_* bits of the mount point.</summary>
    public uint Attributes { get; private set; }

    /// <summary>The same as MS_* bits for mount(2).</summary>
    public ulong Flags { get; private set; }

    /// <summary>Whether the mount is read-only.</summary>
    public bool IsReadOnly => (Attributes & ReadOnlyAttribute) != 0;

    /// <summary>Whether a bind mount takes the mounts below it along.</summary>
    public bool IsRecursive { get; private set; }

    /// <summary>Whether it is a bind mount.</summary>
    public bool IsBind { get; private set; }

    /// <summary>Whose files they are outside, from <c>uidmap</c> and <c>gidmap</c> (containerd's options for idmapped mounts); null to show the owners as they are.</summary>
    public IdMapping? Mapping { get; private set; }

    /// <summary>The file system's own options, in order.</summary>
    public List<KeyValuePair<string, string?>> FileSystem { get; } = [];

    /// <summary>Sorts the options of a mount.</summary>
    public static MountOptions Parse(Mount mount)
    {
        MountOptions result = new() { IsBind = mount.Type == "bind" };
        foreach (string option in mount.Options)
        {
            result.Add(option);
        }

        if (result._userMap is not null || result._groupMap is not null)
        {
            result.Mapping = IdMapping.Parse(result._userMap, result._groupMap);
        }

        return result;
    }

    /// <summary>Splits an overlay <c>lowerdir</c> value at its colons; <c>\:</c> is a colon and <c>\\</c> a backslash in a path.</summary>
    public static IReadOnlyList<string> SplitLowers(string value)
    {
        List<string> lowers = [];
        StringBuilder path = new();
        for (int i = 0; i < value.Length; i++)
        {
            if (value[i] == ':')
            {
                lowers.Add(path.ToString());
                path.Clear();
            }
            else
            {
                i += value[i] == '\\' && i + 1 < value.Length ? 1 : 0;
                path.Append(value[i]);
            }
        }

        lowers.Add(path.ToString());
        return lowers;
    }

    /// <summary>A path as it stands in overlay's <c>upperdir</c> or <c>workdir</c> value, without its escapes.</summary>
    public static string Unescape(string value) => string.Join(':', SplitLowers(value));

    private void Add(string option)
    {
        switch (option)
        {
            case "ro":
                Attributes |= ReadOnlyAttribute;
                Flags |= MS_RDONLY;
                break;
            case "rw" or "defaults":
                break;
            case "bind":
                IsBind = true;
                break;
            case "rbind":
                IsBind = true;
                IsRecursive = true;
                Flags |= MS_REC;
                break;
            case "nosuid":
                Attributes |= 2;
                Flags |= 2;
                break;
            case "nodev":
                Attributes |= 4;
                Flags |= 4;
                break;
            case "noexec":
                Attributes |= 8;
                Flags |= 8;
                break;
            case "noatime":
                Attributes |= 0x10;
                Flags |= 0x400;
                break;
            default:
                AddForFileSystem(option);
                break;
        }
    }

    private void AddForFileSystem(string option)
    {
        int equals = option.IndexOf('=', StringComparison.Ordinal);
        switch (equals < 0 ? option : option[..equals])
        {
            case "uidmap":
                _userMap = option[(equals + 1)..];
                break;
            case "gidmap":
                _groupMap = option[(equals + 1)..];
                break;
            case string key:
                FileSystem.Add(new(key, equals < 0 ? null : option[(equals + 1)..]));
                break;
        }
    }
}
