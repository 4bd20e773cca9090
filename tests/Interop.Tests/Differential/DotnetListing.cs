using System.Formats.Tar;
using System.Security.Cryptography;
using System.Text;

namespace Interop.Tests.Differential;

/// <summary>
/// The entries of an archive as System.Formats.Tar sees them. Its names and PAX values are strings made from UTF-8; their bytes here are the
/// UTF-8 of those strings. Its times are whole ticks of 100 ns; a PAX record's own text says more and is taken where there is one.
/// </summary>
internal static class DotnetListing
{
    private const string XattrPrefix = "SCHILY.xattr.";

    /// <summary>Reads all of an archive.</summary>
    public static Reading Read(string archive)
    {
        using FileStream stream = File.OpenRead(archive);
        List<FileLine> lines = [];
        try
        {
            using TarReader reader = new(stream);
            while (reader.GetNextEntry() is { } entry)
            {
                if (entry.EntryType != TarEntryType.GlobalExtendedAttributes)
                    lines.Add(Line(entry));
            }
        }
        catch (Exception e) when (e is InvalidDataException or EndOfStreamException or FormatException or NotSupportedException or ArgumentException or OverflowException)
        {
            return Reading.Refused(e.Message);
        }

        return Reading.OfEntries(lines);
    }

    private static FileLine Line(TarEntry entry)
    {
        var type = TypeOf(entry.EntryType);
        var records = (entry as PaxTarEntry)?.ExtendedAttributes;
        return new FileLine(
            Escape(type == "dir" ? entry.Name.TrimEnd('/') : entry.Name),
            type,
            Convert.ToString((int)entry.Mode, 8).PadLeft(4, '0'),
            $"{unchecked((uint)entry.Uid)}:{unchecked((uint)entry.Gid)}",
            Time(entry, records?.GetValueOrDefault("mtime")),
            type == "file" ? $"{entry.Length}" : "-",
            Content(entry, type),
            "-",
            Xattrs(records ?? new Dictionary<string, string>()));
    }

    private static string TypeOf(TarEntryType type) => type switch
    {
        TarEntryType.RegularFile or TarEntryType.V7RegularFile or TarEntryType.ContiguousFile => "file",
        TarEntryType.HardLink => "hardlink",
        TarEntryType.SymbolicLink => "symlink",
        TarEntryType.CharacterDevice => "char",
        TarEntryType.BlockDevice => "block",
        TarEntryType.Directory => "dir",
        TarEntryType.Fifo => "fifo",
        _ => "type" + (char)type,
    };

    private static string Time(TarEntry entry, string? record)
    {
        var ticks = (entry.ModificationTime - DateTimeOffset.UnixEpoch).Ticks;
        var (seconds, rest) = (Math.DivRem(ticks, TimeSpan.TicksPerSecond).Quotient, ticks % TimeSpan.TicksPerSecond);
        if (rest < 0)
            (seconds, rest) = (seconds - 1, rest + TimeSpan.TicksPerSecond);

        // What a tick cannot hold, of a time after 1970.
        var point = record?.IndexOf('.', StringComparison.Ordinal) ?? -1;
        var finer = point >= 0 && !record!.StartsWith('-') ? record[(point + 1)..].PadRight(9, '0')[7..9] : "00";
        return $"{seconds}.{rest:d7}{finer}";
    }

    private static string Content(TarEntry entry, string type)
    {
        switch (entry)
        {
            case { EntryType: TarEntryType.HardLink or TarEntryType.SymbolicLink }:
                return Escape(entry.LinkName);
            case PosixTarEntry { EntryType: TarEntryType.CharacterDevice or TarEntryType.BlockDevice } device:
                return $"{device.DeviceMajor}:{device.DeviceMinor}";
            case { DataStream: { } data } when type == "file":
                return Convert.ToHexStringLower(SHA256.HashData(data));
            default:
                return type == "file" ? Convert.ToHexStringLower(SHA256.HashData([])) : "-";
        }
    }

    private static string Xattrs(IEnumerable<KeyValuePair<string, string>> records)
    {
        var found = records
            .Where(record => record.Key.StartsWith(XattrPrefix, StringComparison.Ordinal))
            .Select(record => $"{Escape(record.Key[XattrPrefix.Length..])}={Convert.ToHexStringLower(Encoding.UTF8.GetBytes(record.Value))}")
            .Order(StringComparer.Ordinal)
            .ToArray();
        return found.Length == 0 ? "-" : string.Join(',', found);
    }

    private static string Escape(string text) => FileLine.Escape(Encoding.UTF8.GetBytes(text));
}
