using System.Globalization;
using System.Text;
using LayerStore.Tar;
using LayerStore.Tests.Tar;
using static LayerStore.Tests.Tar.RawTar;

namespace Interop.Tests.Differential.Corpus;

/// <summary>A random tree in one of the formats, <c>FORMAT-SEED</c>, by a writer that shares nothing with LayerStore's.</summary>
internal sealed class RandomArchive
{
    private static readonly Dictionary<string, RandomTreeLimits> s_formats = new()
    {
        ["v7"] = new(Nodes: false, LargeNumbers: false, Attributes: false, AnyByte: false, LongName: 40, LongPath: 99, LongLink: 99),
        ["ustar"] = new(Nodes: true, LargeNumbers: false, Attributes: false, AnyByte: false, LongName: 99, LongPath: 240, LongLink: 100),
        ["gnu"] = new(Nodes: true, LargeNumbers: true, Attributes: false, AnyByte: true, LongName: 255, LongPath: 1500, LongLink: 1500),
        ["paxtext"] = new(Nodes: true, LargeNumbers: false, Attributes: true, AnyByte: false, LongName: 255, LongPath: 1500, LongLink: 1500),
        ["pax"] = new(Nodes: true, LargeNumbers: true, Attributes: true, AnyByte: true, LongName: 255, LongPath: 1500, LongLink: 1500),
    };

    private readonly RawTar _tar = new();
    private readonly string _format;

    private RandomArchive(string format) => _format = format;

    /// <summary>All names.</summary>
    public static IReadOnlyList<string> Names { get; } = [.. s_formats.Keys.SelectMany(format => Enumerable.Range(1, 5).Select(seed => $"{format}-{seed}"))];

    /// <summary>Makes one.</summary>
    public static byte[] Make(string name)
    {
        var parts = name.Split('-');
        RandomArchive archive = new(parts[0]);
        foreach (var (entry, content) in RandomTree.Make(int.Parse(parts[1], CultureInfo.InvariantCulture), s_formats[parts[0]]))
            archive.Add(entry, content);
        return archive._tar.End().ToArray();
    }

    private void Add(TarEntry entry, byte[] content)
    {
        var name = Latin(entry.Name.Span);
        var link = Latin(entry.LinkName.Span);
        var prefix = "";
        switch (_format)
        {
            case "ustar" when name.Length > 100:
                var slash = name.IndexOf('/', name.Length - 101);
                (prefix, name) = (name[..slash], name[(slash + 1)..]);
                break;
            case "gnu":
                AddLong('K', link);
                AddLong('L', name);
                break;
            case "pax" or "paxtext":
                AddRecords(entry, name, link);
                break;
            default:
                break;
        }

        _tar.Add(Header(
            Cut(name),
            TypeFlag(entry.Type),
            Octal(entry.Size),
            Octal(entry.Mode, 7),
            magic: _format switch { "v7" => "", "gnu" => "ustar  \0", _ => "ustar\000" },
            link: Cut(link),
            prefix: prefix,
            major: _format == "v7" ? "" : Octal(entry.DeviceMajor, 7),
            minor: _format == "v7" ? "" : Octal(entry.DeviceMinor, 7),
            change: block => PutNumbers(block, entry)));
        _tar.Data(Encoding.Latin1.GetString(content));
    }

    private void AddLong(char type, string text)
    {
        if (text.Length > 100)
            _tar.Extension(type, text + "\0");
    }

    private void AddRecords(TarEntry entry, string name, string link)
    {
        List<(string, string)> records = [("mtime", Decimal(entry.ModifiedAt)), ("uid", $"{entry.UserId}"), ("gid", $"{entry.GroupId}")];
        if (Encoding.Latin1.GetBytes(name + link).Any(b => b >= 0x80))
            records.Add(("hdrcharset", "BINARY"));
        records.Add(("path", name));
        if (link.Length > 0)
            records.Add(("linkpath", link));
        records.AddRange(entry.Xattrs.Select(xattr => ("SCHILY.xattr." + Latin(xattr.Name.Span), Latin(xattr.Value.Span))));
        _tar.Pax([.. records]);
    }

    private void PutNumbers(byte[] block, TarEntry entry)
    {
        Put(block, 108, 8, entry.UserId);
        Put(block, 116, 8, entry.GroupId);
        Put(block, 136, 12, entry.ModifiedAt.Seconds);
    }

    // Octal where it fits, base-256 in GNU's format, nothing in PAX, where a record says it.
    private void Put(byte[] block, int offset, int length, long value)
    {
        if (value >= 0 && value < 1L << (3 * (length - 1)))
        {
            Latin1(Octal(value, length - 1)).CopyTo(block, offset);
        }
        else if (_format == "gnu")
        {
            for (var i = length - 1; i >= 0; i--, value >>= 8)
                block[offset + i] = (byte)value;
            block[offset] |= 0x80;
        }
    }

    private static string Decimal(Timestamp time)
    {
        var nanoseconds = ((Int128)time.Seconds * 1_000_000_000) + time.Nanoseconds;
        var (sign, positive) = nanoseconds < 0 ? ("-", -nanoseconds) : ("", nanoseconds);
        return string.Create(CultureInfo.InvariantCulture, $"{sign}{positive / 1_000_000_000}.{(long)(positive % 1_000_000_000):d9}");
    }

    private static char TypeFlag(TarEntryType type) => type switch
    {
        TarEntryType.RegularFile => '0',
        TarEntryType.HardLink => '1',
        TarEntryType.SymbolicLink => '2',
        TarEntryType.CharacterDevice => '3',
        TarEntryType.BlockDevice => '4',
        TarEntryType.Directory => '5',
        _ => '6',
    };

    private static string Cut(string text) => text[..Math.Min(text.Length, 100)];

    private static string Latin(ReadOnlySpan<byte> bytes) => Encoding.Latin1.GetString(bytes);
}
