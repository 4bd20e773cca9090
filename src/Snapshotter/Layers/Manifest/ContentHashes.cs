using System.Buffers.Binary;
using LayerStore;
using Snapshotter.Linux;

namespace Snapshotter.Layers.Manifest;

/// <summary>
/// The sha256 of files that were just written, by inode number, so that nobody has to read them again; and of most of them what else a manifest
/// says, so that nobody has to look. All of them are on one file system, and one that is replaced gives its number away only to a file that is
/// noted in its turn. Several threads may use it.
/// </summary>
internal sealed class ContentHashes
{
    /// <summary>How many files' states are kept: each takes some hundred bytes, and looking at a file again is not wrong, only slower.</summary>
    private const int MaxStates = 1 << 17;

    private readonly Lock _lock = new();
    private readonly Dictionary<ulong, Hash> _hashes = [];
    private readonly Dictionary<ulong, FileStatus> _states = [];

    /// <summary>Notes what was written.</summary>
    /// <param name="inode">The file.</param>
    /// <param name="sha256">32 bytes.</param>
    public void Note(ulong inode, ReadOnlySpan<byte> sha256)
    {
        Hash hash = new(BinaryPrimitives.ReadUInt128LittleEndian(sha256), BinaryPrimitives.ReadUInt128LittleEndian(sha256[16..]));
        lock (_lock)
        {
            _hashes[inode] = hash;
            _states.Remove(inode);
        }
    }

    /// <summary>The same for a file that has no extended attributes that count, and stays as it is.</summary>
    public void Note(in FileStatus finished, ReadOnlySpan<byte> sha256)
    {
        lock (_lock)
        {
            Note(finished.Inode, sha256);
            if (finished.LinkCount == 1 && _states.Count < MaxStates)
            {
                _states[finished.Inode] = finished;
            }
        }
    }

    /// <summary>Says that a file's names or metadata were changed after all.</summary>
    public void Changed(ulong inode)
    {
        lock (_lock)
        {
            _states.Remove(inode);
        }
    }

    /// <summary>Says that any file may have been changed, but no content.</summary>
    public void Changed()
    {
        lock (_lock)
        {
            _states.Clear();
        }
    }

    /// <summary>Forgets all of them.</summary>
    public void Clear()
    {
        lock (_lock)
        {
            _hashes.Clear();
            _hashes.TrimExcess();
            _states.Clear();
            _states.TrimExcess();
        }
    }

    /// <summary>The sha256 of a file that was noted; else null.</summary>
    public ByteString? Find(ulong inode)
    {
        Hash hash;
        lock (_lock)
        {
            if (!_hashes.TryGetValue(inode, out hash))
            {
                return null;
            }
        }

        byte[] bytes = new byte[32];
        BinaryPrimitives.WriteUInt128LittleEndian(bytes, hash.Low);
        BinaryPrimitives.WriteUInt128LittleEndian(bytes.AsSpan(16), hash.High);
        return ByteString.FromOwned(bytes);
    }

    /// <summary>What a file with one name and no extended attributes that count is like; null if it is none, or that is not known.</summary>
    public FileStatus? FindState(ulong inode)
    {
        lock (_lock)
        {
            return _states.TryGetValue(inode, out FileStatus status) ? status : null;
        }
    }

    // In place, not a reference to an array: a layer may have a million files.
    private readonly record struct Hash(UInt128 Low, UInt128 High);
}
