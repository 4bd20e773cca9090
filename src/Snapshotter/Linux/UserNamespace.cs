using System.Globalization;

namespace Snapshotter.Linux;

/// <summary>The user namespace that this process is in (user_namespaces(7)).</summary>
public sealed class UserNamespace
{
    // The inode number of the machine's own user namespace: PROC_USER_INIT_INO, include/linux/proc_ns.h.
    private const string InitialNamespace = "user:[4026531837]";

    private static readonly Lazy<UserNamespace> s_current = new(static () => new UserNamespace(
        File.ResolveLinkTarget("/proc/self/ns/user", returnFinalTarget: false)?.Name == InitialNamespace,
        File.ReadAllText("/proc/self/uid_map"),
        File.ReadAllText("/proc/self/gid_map")));

    private readonly List<(uint First, uint Count)> _users;
    private readonly List<(uint First, uint Count)> _groups;

    internal UserNamespace(bool isInitial, string userMap, string groupMap)
    {
        IsInitial = isInitial;
        _users = Parse(userMap);
        _groups = Parse(groupMap);
    }

    /// <summary>This process's.</summary>
    public static UserNamespace Current => s_current.Value;

    /// <summary>Whether it is the machine's own: devices can be made, and <c>trusted.*</c> xattrs set.</summary>
    public bool IsInitial { get; }

    /// <summary>Whether a file can belong to this user.</summary>
    public bool IsMapped(uint userId) => Contains(_users, userId);

    /// <summary>Whether a file can belong to this group.</summary>
    public bool IsGroupMapped(uint groupId) => Contains(_groups, groupId);

    private static bool Contains(List<(uint First, uint Count)> map, uint id)
    {
        foreach ((uint first, uint count) in map)
        {
            if (id >= first && id - first < count)
            {
                return true;
            }
        }

        return false;
    }

    private static List<(uint First, uint Count)> Parse(string map)
    {
        List<(uint, uint)> ranges = [];
        foreach (string line in map.Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            string[] fields = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
            ranges.Add((uint.Parse(fields[0], CultureInfo.InvariantCulture), uint.Parse(fields[2], CultureInfo.InvariantCulture)));
        }

        return ranges;
    }
}
