using System.ComponentModel;
using System.Formats.Tar;
using System.Runtime.InteropServices;
using BenchTool.Linux;

namespace BenchTool.Limits;

/// <summary>What files cost: making those that a tar names, with bytes from memory, and nothing else of the tar's.</summary>
internal sealed class CreationLimit
{
    private readonly List<(TarEntryType Type, string Path, long Size)> _entries = [];

    /// <summary>Reads what there is to make; not part of what is timed. Hard links, devices and whiteouts are left out.</summary>
    /// <param name="tar">An uncompressed tar, of the benchmark's own images.</param>
    /// <param name="directory">An empty directory.</param>
    public CreationLimit(string tar, string directory)
    {
        HashSet<string> made = new(StringComparer.Ordinal) { directory };
        using TarReader reader = new(new FileStream(tar, FileMode.Open, FileAccess.Read, FileShare.Read, MachineLimit.BufferSize));
        while (reader.GetNextEntry() is { } entry)
        {
            string path = Path.TrimEndingDirectorySeparator(Path.GetFullPath(entry.Name.TrimStart('/'), directory));
            switch (entry.EntryType)
            {
                case TarEntryType.Directory:
                    AddDirectory(path);
                    break;
                case TarEntryType.RegularFile or TarEntryType.V7RegularFile or TarEntryType.SymbolicLink when made.Add(path):
                    AddDirectory(Path.GetDirectoryName(path)!);
                    _entries.Add((entry.EntryType, path, entry.Length));
                    break;
                default:
                    break;
            }
        }

        void AddDirectory(string path)
        {
            if (path.Length < directory.Length || !made.Add(path))
                return;
            AddDirectory(Path.GetDirectoryName(path)!);
            _entries.Add((TarEntryType.Directory, path, 0));
        }
    }

    /// <summary>How many files, directories and links there are to make.</summary>
    public int Count => _entries.Count;

    /// <summary>Makes them, one after the other.</summary>
    public void Run()
    {
        byte[] buffer = new byte[MachineLimit.BufferSize];
        foreach ((TarEntryType type, string path, long size) in _entries)
        {
            if (type == TarEntryType.Directory)
                Check(Libc.MakeDirectory(path, 0x1ED), path);
            else if (type == TarEntryType.SymbolicLink)
                Check(Libc.MakeLink("target", path), path);
            else
                MakeFile(path, size, buffer);
        }
    }

    private static void MakeFile(string path, long size, byte[] buffer)
    {
        int file = Check(Libc.Open(path, Libc.CreateNew, 0x1A4), path);
        for (long left = size; left > 0;)
            left -= Check((int)Libc.Write(file, in buffer[0], (nint)Math.Min(left, buffer.Length)), path);
        Check(Libc.Close(file), path);
    }

    private static int Check(int result, string path) => result >= 0 ? result : throw new IOException($"{path}: {new Win32Exception(Marshal.GetLastPInvokeError()).Message}");
}
