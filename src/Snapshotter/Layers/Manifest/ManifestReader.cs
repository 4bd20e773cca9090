using System.Buffers.Binary;
using LayerStore;
using LayerStore.Tar;
using Snapshotter.Layers.Owners;
using Snapshotter.Linux;

namespace Snapshotter.Layers.Manifest;

/// <summary>Reads a layer manifest from its bytes. They were verified, but a reader that trusts lengths is one bug from a crash.</summary>
internal sealed class ManifestReader
{
    private const int MaxPath = 1 << 16;
    private ReadOnlyMemory<byte> _rest;
    private ByteString _previous;

    /// <param name="bytes">The whole file.</param>
    /// <exception cref="FormatException">It is no manifest of this version.</exception>
    public ManifestReader(ReadOnlyMemory<byte> bytes)
    {
        if (!bytes.Span.StartsWith(LayerManifest.Magic))
        {
            throw new FormatException("not a layer manifest");
        }

        _rest = bytes[LayerManifest.Magic.Length..];
    }

    /// <summary>Reads them one by one.</summary>
    /// <exception cref="FormatException">Damaged.</exception>
    public static IEnumerable<ManifestEntry> ReadAll(ReadOnlyMemory<byte> bytes)
    {
        ManifestReader reader = new(bytes);
        while (reader.Next() is { } entry)
        {
            yield return entry;
        }
    }

    /// <summary>The next entry, or null at the end.</summary>
    /// <exception cref="FormatException">Damaged.</exception>
    public ManifestEntry? Next()
    {
        if (_rest.IsEmpty)
        {
            return null;
        }

        int shared = Length(_previous.Length);
        ByteString path = ByteString.Concat(_previous.Span[..shared], Bytes(MaxPath));
        _previous = path;
        byte tag = Byte();
        return tag == LayerManifest.LinkTag
            ? new ManifestEntry { Path = path, Type = FileType.RegularFile, LinkOf = new ByteString(Bytes(MaxPath)) }
            : ReadMetadata(path, LayerManifest.TypeOf(tag) ?? throw Damaged());
    }

    private ManifestEntry ReadMetadata(ByteString path, FileType type)
    {
        ManifestEntry entry = new()
        {
            Path = path,
            Type = type,
            Mode = Number32(),
            Owner = new FileOwner(Number32(), Number32()),
            TrueOwner = Byte() == 0 ? null : new FileOwner(Number32(), Number32()),
            ModifiedAt = new Timestamp(Int64(), Length(999_999_999)),
            XattrHash = new ByteString(Bytes(32)),
        };
        return type switch
        {
            FileType.RegularFile => entry with { Size = (long)Number(), ContentHash = new ByteString(Bytes(32)) },
            FileType.SymbolicLink => entry with { LinkTarget = new ByteString(Bytes(MaxPath)) },
            FileType.CharacterDevice or FileType.BlockDevice => entry with { DeviceMajor = Number32(), DeviceMinor = Number32() },
            _ => entry,
        };
    }

    private ReadOnlySpan<byte> Bytes(int most) => Take(Length(most));

    private byte Byte() => Take(1)[0];

    private long Int64() => BinaryPrimitives.ReadInt64LittleEndian(Take(8));

    private ReadOnlySpan<byte> Take(int count)
    {
        if (count > _rest.Length)
        {
            throw Damaged();
        }

        ReadOnlySpan<byte> taken = _rest.Span[..count];
        _rest = _rest[count..];
        return taken;
    }

    private int Length(int most) => Number() is var value && value <= (ulong)most ? (int)value : throw Damaged();

    private uint Number32() => Number() is var value && value <= uint.MaxValue ? (uint)value : throw Damaged();

    private ulong Number()
    {
        ulong value = 0;
        for (int shift = 0; shift < 64; shift += 7)
        {
            byte next = Byte();
            value |= (ulong)(next & 0x7f) << shift;
            if (next < 0x80)
            {
                return value;
            }
        }

        throw Damaged();
    }

    private static FormatException Damaged() => new("a damaged layer manifest");
}
