using System.Security.Cryptography;
using LayerStore;
using LayerStore.Tar;

namespace Interop.Tests.Differential;

/// <summary>The entries of an archive as LayerStore's tar reader sees them.</summary>
internal static class EntryListing
{
    /// <summary>Reads all of an archive.</summary>
    public static Reading Read(string archive)
    {
        using FileStream stream = File.OpenRead(archive);
        TarReader reader = new(stream);
        List<FileLine> lines = [];
        try
        {
            while (reader.Next() is { } entry)
                lines.Add(Line(entry, entry.Type == TarEntryType.RegularFile ? Digest(reader) : "-"));
        }
        catch (LayerStoreException e) when (e.Kind == ErrorKind.DataLoss)
        {
            return Reading.Refused(e.Message);
        }

        return Reading.OfEntries(lines);
    }

    /// <summary>Whether an entry gives the root directory's own metadata.</summary>
    public static bool HasRoot(Reading entries) => entries.Files.Values.Any(line => line.Path is "." or "");

    private static FileLine Line(TarEntry entry, string digest) => new(
        Name(entry.Name, entry.Type == TarEntryType.Directory),
        entry.Type switch
        {
            TarEntryType.RegularFile => "file",
            TarEntryType.HardLink => "hardlink",
            TarEntryType.SymbolicLink => "symlink",
            TarEntryType.CharacterDevice => "char",
            TarEntryType.BlockDevice => "block",
            TarEntryType.Directory => "dir",
            TarEntryType.Fifo => "fifo",
            _ => throw new InvalidOperationException($"{entry.Type}"),
        },
        Convert.ToString(entry.Mode, 8).PadLeft(4, '0'),
        $"{entry.UserId}:{entry.GroupId}",
        $"{entry.ModifiedAt.Seconds}.{entry.ModifiedAt.Nanoseconds:d9}",
        entry.Type == TarEntryType.RegularFile ? $"{entry.Size}" : "-",
        entry.Type switch
        {
            TarEntryType.HardLink or TarEntryType.SymbolicLink => FileLine.Escape(entry.LinkName.Span),
            TarEntryType.CharacterDevice or TarEntryType.BlockDevice => $"{entry.DeviceMajor}:{entry.DeviceMinor}",
            _ => digest,
        },
        "-",
        entry.Xattrs.Count == 0 ? "-" : string.Join(',', entry.Xattrs.Select(xattr => $"{FileLine.Escape(xattr.Name.Span)}={Convert.ToHexStringLower(xattr.Value.Span)}")));

    // A directory is a directory with or without the slash.
    private static string Name(ByteString name, bool isDirectory) =>
        FileLine.Escape(isDirectory ? name.Span.TrimEnd((byte)'/') : name.Span);

    private static string Digest(TarReader reader)
    {
        using IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var buffer = new byte[1 << 16];
        for (int length; (length = reader.Read(buffer)) > 0;)
            hash.AppendData(buffer, 0, length);
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }
}
