using System.Text;

namespace TestSupport;

/// <summary>The mounts that this process sees, from /proc/self/mountinfo (proc(5)).</summary>
internal static class MountTable
{
    /// <summary>The mount points at or below a directory, in the order they were made. A path with two mounts is there twice.</summary>
    public static IReadOnlyList<string> Under(string directory)
    {
        var prefix = directory.TrimEnd('/') + "/";
        return [.. File.ReadLines("/proc/self/mountinfo")
            .Select(line => Unescape(line.Split(' ')[4]))
            .Where(path => (path + "/").StartsWith(prefix, StringComparison.Ordinal))];
    }

    /// <summary>Detaches all mounts at or below a directory, the newest first. Lazy, so that a busy one goes too.</summary>
    public static void DetachUnder(string directory)
    {
        foreach (var path in Under(directory).Reverse())
            ProcessRunner.TryRun("umount", "--lazy", "--", path);
    }

    // Space, tab, newline, backslash and '#' stand as three octal digits.
    private static string Unescape(string field)
    {
        if (!field.Contains('\\', StringComparison.Ordinal))
            return field;

        var text = new StringBuilder();
        for (var i = 0; i < field.Length; i++)
        {
            if (field[i] == '\\' && i + 3 < field.Length)
            {
                text.Append((char)Convert.ToInt32(field.Substring(i + 1, 3), fromBase: 8));
                i += 3;
            }
            else
            {
                text.Append(field[i]);
            }
        }

        return text.ToString();
    }
}
