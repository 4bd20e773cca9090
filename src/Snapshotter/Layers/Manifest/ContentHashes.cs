using System.Buffers.Binary;
using LayerStore;

namespace Snapshotter.Layers.Manifest;

/// <summary>
/// The sha256 of files that were just written, by inode number, so that nobody has to read them again. All of them are on
/// one file system, and one that is replaced gives its number away only to a file that is noted in its turn.
/// </summary>
internal sealed class ContentHashes
{
    private readonly Dictionary<ulong, Hash> _hashes = [];

    /// <summary>Notes what was written.</summary>
    /// <param name="inode">The file.</param>
    /// <param name="sha256">32 bytes.</param>
    public void Note(ulong inode, ReadOnlySpan<byte> sha256) => _hashes[inode] =
        new Hash(BinaryPrimitives.ReadUInt128LittleEndian(sha256), BinaryPrimitives.ReadUInt128LittleEndian(sha256[16..]));

    /// <summary>Forgets all of them.</summary>
    public void Clear()
    {
        _hashes.Clear();
        _hashes.TrimExcess();
    }

    /// <summary>The sha256 of a file that was noted; else null.</summary>
    public ByteString? Find(ulong inode)
    {
        if (!_hashes.TryGetValue(inode, out Hash hash))
        {
            return null;
        }

        byte[] bytes = new byte[32];
        BinaryPrimitives.WriteUInt128LittleEndian(bytes, hash.Low);
        BinaryPrimitives.WriteUInt128LittleEndian(bytes.AsSpan(16), hash.High);
        return ByteString.FromOwned(bytes);
    }

    // In place, not a reference to an array: a layer may have a million files.
    private readonly record struct Hash(UInt128 Low, UInt128 High);
}
