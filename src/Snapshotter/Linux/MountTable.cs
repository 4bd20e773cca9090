using System.Globalization;
using System.Text;
using LayerStore;

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
        using RootDirectory root = RootDirectory.Open("/proc");
        using DirectoryHandle processes = root.OpenSelf();
        HashSet<ByteString> seen = [NamespaceOf(processes, "self"u8)];
        foreach (DirectoryItem item in processes.List())
        {
            // A machine has thousands of processes and few namespaces: looking at one process must cost next to nothing.
            if (char.IsAsciiDigit((char)item.Name.Span[0]) && NamespaceOf(processes, item.Name.Span) is { IsEmpty: false } name && seen.Add(name))
            {
                result.AddRange(TryRead(item.Name));
            }
        }

        return result;
    }

    private static IReadOnlyList<MountEntry> TryRead(ByteString process)
    {
        try
        {
            return Parse(File.ReadAllBytes($"/proc/{process}/mountinfo"));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // The process ended meanwhile, or belongs to somebody else.
            return [];
        }
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
                Unescape(fields[separator + 3]))
            {
                Root = Unescape(fields[3]),
            });
        }

        return entries;
    }

    /// <summary>The name of a process's mount namespace (namespaces(7)); empty if it ended, is the kernel's or somebody else's.</summary>
    private static unsafe ByteString NamespaceOf(DirectoryHandle processes, ReadOnlySpan<byte> process)
    {
        byte* target = stackalloc byte[64];
        fixed (byte* path = CString.Terminate([.. process, .. "/ns/mnt"u8], stackalloc byte[CString.StackSize]))
        {
            nint length = Libc.readlinkat(processes.Handle, path, target, 64);
            return length <= 0 ? ByteString.Empty : new ByteString(new ReadOnlySpan<byte>(target, (int)length));
        }
    }

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
