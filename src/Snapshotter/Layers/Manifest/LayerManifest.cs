using LayerStore;
using Snapshotter.Linux;

namespace Snapshotter.Layers.Manifest;

/// <summary>
/// The file <c>m/N</c> beside the tree <c>t/N</c>: what unpacking wrote there, so that damage can be found and named without
/// the blob, and healed from it.
/// </summary>
/// <remarks>
/// <para>Format: the eight bytes <c>LSMANIF2</c>, then an entry for each name in the tree, the root (an empty path) first, each
/// directory before what is in it, siblings in bytewise order. An entry is: how many bytes the path shares with the one
/// before, the rest of the path; a tag, one of <c>f d l c b p s</c> as in mtree, or <c>h</c>. After <c>h</c>, a hard link,
/// follows the path of the first name. Else: mode, user, group; 1 and the image's user and group if these were
/// replaced, 0 if not; seconds (eight bytes, signed) and nanoseconds of the modification; the hash of the xattrs, or no bytes;
/// for a file its size and sha256, for a symbolic link its target, for a device its two numbers.</para>
/// <para>Numbers are LEB128, bytes have their length before them. The file's own digest is in the tree's row: a damaged
/// manifest must not accuse a healthy tree. It can be made again from the blob.</para>
/// </remarks>
internal static class LayerManifest
{
    /// <summary>The tag of a further name of a file.</summary>
    public const byte LinkTag = (byte)'h';

    // A million files make some 100 MB; what is larger was not made here.
    private const long MaxSize = 1L << 30;

    /// <summary>The first bytes of the file.</summary>
    public static ReadOnlySpan<byte> Magic => "LSMANIF2"u8;

    /// <summary>The tag of a type.</summary>
    public static byte TagOf(FileType type) => type switch
    {
        FileType.RegularFile => (byte)'f',
        FileType.Directory => (byte)'d',
        FileType.SymbolicLink => (byte)'l',
        FileType.CharacterDevice => (byte)'c',
        FileType.BlockDevice => (byte)'b',
        FileType.Fifo => (byte)'p',
        FileType.Socket => (byte)'s',
        _ => throw new ArgumentOutOfRangeException(nameof(type)),
    };

    /// <summary>The type of a tag; null if there is none.</summary>
    public static FileType? TypeOf(byte tag) => (char)tag switch
    {
        'f' => FileType.RegularFile,
        'd' => FileType.Directory,
        'l' => FileType.SymbolicLink,
        'c' => FileType.CharacterDevice,
        'b' => FileType.BlockDevice,
        'p' => FileType.Fifo,
        's' => FileType.Socket,
        _ => null,
    };

    /// <summary>Reads a manifest whole and verifies it.</summary>
    /// <param name="path">The file.</param>
    /// <param name="expected">Its digest.</param>
    /// <exception cref="LayerStoreException"><see cref="ErrorKind.DataLoss"/>: missing, or not what was written.</exception>
    public static byte[] ReadVerified(string path, Digest expected)
    {
        byte[] bytes;
        try
        {
            FileInfo file = new(path);
            bytes = !file.Exists || file.Length > MaxSize || file.LinkTarget is not null ? [] : File.ReadAllBytes(path);
        }
        catch (Exception e) when (IoErrors.IsIo(e))
        {
            throw IoErrors.Translate(e, $"read {Printable.Text(path)}");
        }

        return Digest.Compute(bytes, expected.Algorithm) == expected
            ? bytes
            : throw new LayerStoreException(
                ErrorKind.DataLoss, $"the layer manifest {Printable.Text(path)} is missing or damaged", "Heal it with: layerstore check --repair");
    }
}
