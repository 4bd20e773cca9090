using LayerStore;
using LayerStore.Tar;
using Snapshotter.Layers.Owners;
using Snapshotter.Linux;

namespace Snapshotter.Layers.Manifest;

/// <summary>What a layer manifest says of one name in the layer's tree, as it is on the disk: overlay's marks included.</summary>
internal sealed record ManifestEntry
{
    /// <summary>The path in the layer; empty for the root.</summary>
    public required ByteString Path { get; init; }

    /// <summary>What it is; a whiteout is a <see cref="FileType.CharacterDevice"/> 0:0.</summary>
    public required FileType Type { get; init; }

    /// <summary>Permission bits with setuid, setgid and sticky.</summary>
    public uint Mode { get; init; }

    /// <summary>Who owns it on this disk.</summary>
    public FileOwner Owner { get; init; }

    /// <summary>Who owns it in the image, where that was noted (<see cref="OwnerPolicy.IsToBeNoted"/>).</summary>
    public FileOwner? TrueOwner { get; init; }

    /// <summary>When it was modified.</summary>
    public Timestamp ModifiedAt { get; init; }

    /// <summary>A regular file's length in bytes; 0 for others.</summary>
    public long Size { get; init; }

    /// <summary>The sha256 of a regular file's content, 32 bytes; empty for others.</summary>
    public ByteString ContentHash { get; init; }

    /// <summary>The sha256 over its xattrs, 32 bytes; empty if it has none. See <see cref="XattrHash"/>.</summary>
    public ByteString XattrHash { get; init; }

    /// <summary>A symbolic link's target.</summary>
    public ByteString LinkTarget { get; init; }

    /// <summary>A device's major number.</summary>
    public uint DeviceMajor { get; init; }

    /// <summary>A device's minor number.</summary>
    public uint DeviceMinor { get; init; }

    /// <summary>The first name, in the manifest's order, of the same file; null if this one is the first.</summary>
    public ByteString? LinkOf { get; init; }

    /// <summary>
    /// Whether it is the root of a layer that has no entry for it. Then its metadata mean nothing, for a mount has the root of
    /// another layer; a committed layer's is what was mounted, an unpacked one's the default. Only overlay's marks count.
    /// </summary>
    public bool IsUnsaidRoot => Path.IsEmpty && Mode == 0 && Owner == default && TrueOwner is null && ModifiedAt == default;
}
