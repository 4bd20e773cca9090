using System.Globalization;
using System.Text;

namespace Snapshotter.Linux;

/// <summary>What is mounted.</summary>
public static class MountTable
{
    /// <summary>The mounts that this process sees.</summary>
    public static IReadOnlyList<MountEntry> Read() => Parse(File.ReadAllBytes("/proc/self/mountinfo"));

    /// <summary>
    /// The mounts of every mount namespace that a process of this machine is in, as far as this process may read: a
    /// container's runtime often mounts where others cannot see it. Mounts of a namespace without processes are not found.
    /// </summary>
    public static IReadOnlyList<MountEntry> ReadAllNamespaces()
    {
        List<MountEntry> result = [.. Read()];
        HashSet<string?> seen = [NamespaceOf("self")];
        foreach (string process in Directory.EnumerateDirectories("/proc"))
        {
            string id = Path.GetFileName(process);
            if (!char.IsAsciiDigit(id[0]))
            {
                continue;
            }

            try
            {
                if (NamespaceOf(id) is { } name && seen.Add(name))
                {
                    result.AddRange(Parse(File.ReadAllBytes($"/proc/{id}/mountinfo")));
                }
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                // The process ended meanwhile, or belongs to somebody else.
            }
        }

        return result;
    }

    /// <summary>Parses a mountinfo file; lines that are not complete are left out.</summary>
    internal static IReadOnlyList<MountEntry> Parse(ReadOnlySpan<byte> text)
    {
        List<MountEntry> entries = [];
        foreach (Range range in text.Split((byte)'\n'))
        {
            string[] fields = Encoding.UTF8.GetString(text[range]).Split(' ');
            int separator = Array.IndexOf(fields, "-", Math.Min(6, fields.Length));
            if (separator < 0 || fields.Length < separator + 4 || !int.TryParse(fields[0], NumberStyles.None, CultureInfo.InvariantCulture, out int id))
            {
                continue;
            }

            entries.Add(new MountEntry(
                id,
                Unescape(fields[4]),
                Unescape(fields[separator + 1]),
                Unescape(fields[separator + 2]),
                fields[5],
                Unescape(fields[separator + 3])));
        }

        return entries;
    }

    private static string? NamespaceOf(string process) => File.ResolveLinkTarget($"/proc/{process}/ns/mnt", returnFinalTarget: false)?.Name;

    /// <summary>Resolves the kernel's escapes of space, tab, newline, backslash and others: <c>\040</c>.</summary>
    private static string Unescape(string field)
    {
        if (!field.Contains('\\', StringComparison.Ordinal))
        {
            return field;
        }

        StringBuilder result = new(field.Length);
        for (int i = 0; i < field.Length; i++)
        {
            if (field[i] == '\\' && i + 3 < field.Length && IsOctal(field[i + 1]) && IsOctal(field[i + 2]) && IsOctal(field[i + 3]))
            {
                result.Append((char)(((field[i + 1] - '0') * 64) + ((field[i + 2] - '0') * 8) + (field[i + 3] - '0')));
                i += 3;
            }
            else
            {
                result.Append(field[i]);
            }
        }

        return result.ToString();
    }

    private static bool IsOctal(char c) => c is >= '0' and <= '7';
}
