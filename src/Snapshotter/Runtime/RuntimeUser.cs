using System.Globalization;
using LayerStore;
using Snapshotter.Linux;

namespace Snapshotter.Runtime;

/// <summary>The numeric identity of a container's process.</summary>
/// <param name="UserId">The user.</param>
/// <param name="GroupId">The primary group.</param>
/// <param name="AdditionalGroups">Further groups, from the image's <c>/etc/group</c>; only for a user given without a group.</param>
public sealed record RuntimeUser(uint UserId, uint GroupId, IReadOnlyList<uint> AdditionalGroups)
{
    /// <summary>A database larger than this is refused: the file comes from the image.</summary>
    private const int MaxDatabaseBytes = 4 << 20;

    /// <summary>
    /// Resolves an image config's <c>User</c> (OCI image-spec, config.md: <c>user</c>, <c>uid</c>, <c>user:group</c>,
    /// <c>uid:gid</c> and mixtures) with the <c>/etc/passwd</c> and <c>/etc/group</c> inside of the root file system.
    /// </summary>
    /// <exception cref="LayerStoreException"><see cref="ErrorKind.NotFound"/>: no such user or group in the image.</exception>
    internal static RuntimeUser Resolve(string? user, RootDirectory root)
    {
        if (string.IsNullOrEmpty(user))
        {
            return new RuntimeUser(0, 0, []);
        }

        int colon = user.IndexOf(':', StringComparison.Ordinal);
        string userPart = colon < 0 ? user : user[..colon];
        string? groupPart = colon < 0 ? null : user[(colon + 1)..];

        bool isNumber = TryParseId(userPart, out uint uid);
        string[]? account = ReadDatabase(root, "passwd")
            .FirstOrDefault(fields => fields.Length >= 4 && (fields[0] == userPart || (isNumber && fields[2] == userPart)));
        if (account is null && !isNumber)
        {
            throw new LayerStoreException(
                ErrorKind.NotFound,
                $"the image has no user \"{Printable.Text(userPart)}\" in /etc/passwd",
                "Its config names a user that its layers lack; set a numeric user.");
        }

        uint gid = 0;
        if (account is not null && !(TryParseId(account[2], out uid) && TryParseId(account[3], out gid)))
        {
            throw new LayerStoreException(ErrorKind.DataLoss, $"the image's /etc/passwd is malformed at the user \"{Printable.Text(userPart)}\"");
        }

        if (!string.IsNullOrEmpty(groupPart))
        {
            return new RuntimeUser(uid, ResolveGroup(groupPart, root), []);
        }

        List<uint> additional = [];
        if (account is not null)
        {
            foreach (string[] fields in ReadDatabase(root, "group"))
            {
                if (fields.Length >= 4 && fields[3].Split(',').Contains(account[0], StringComparer.Ordinal)
                    && TryParseId(fields[2], out uint id) && id != gid)
                {
                    additional.Add(id);
                }
            }
        }

        return new RuntimeUser(uid, gid, additional);
    }

    private static uint ResolveGroup(string group, RootDirectory root)
    {
        if (TryParseId(group, out uint id))
        {
            return id;
        }

        string[]? found = ReadDatabase(root, "group").FirstOrDefault(fields => fields.Length >= 3 && fields[0] == group);
        return found is not null && TryParseId(found[2], out id)
            ? id
            : throw new LayerStoreException(
                ErrorKind.NotFound,
                $"the image has no group \"{Printable.Text(group)}\" in /etc/group",
                "Its config names a group that its layers lack; set a numeric group.");
    }

    private static bool TryParseId(string text, out uint id) =>
        uint.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out id) && id != uint.MaxValue;

    private static List<string[]> ReadDatabase(RootDirectory root, string name)
    {
        using DirectoryHandle? etc = root.TryOpenDirectory(ByteString.FromText("etc"));
        ByteString file = ByteString.FromText(name);
        if (etc?.TryStat(file) is not { Type: FileType.RegularFile } status)
        {
            return [];
        }

        if (status.Size > MaxDatabaseBytes)
        {
            throw new LayerStoreException(ErrorKind.DataLoss, $"the image's /etc/{name} has {status.Size} bytes, more than {MaxDatabaseBytes}");
        }

        using FileStream stream = new(etc.OpenRead(file), FileAccess.Read);
        using StreamReader reader = new(stream);
        List<string[]> lines = [];
        while (reader.ReadLine() is { } line)
        {
            lines.Add(line.Split(':'));
        }

        return lines;
    }
}
