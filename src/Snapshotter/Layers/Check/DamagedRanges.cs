using LayerStore;
using Microsoft.Win32.SafeHandles;
using Snapshotter.Linux;

namespace Snapshotter.Layers.Check;

/// <summary>Where a file differs from a sound one, to 512 bytes.</summary>
internal sealed class DamagedRanges
{
    private const int Unit = 512;
    private const int BufferSize = 256 << 10;

    private static readonly ByteString s_what = ByteString.FromText("a layer's tar");

    // Ordered, and apart from each other.
    private readonly List<(long Start, long End)> _ranges = [];

    /// <summary>Whether it does not differ at all.</summary>
    public bool IsEmpty => _ranges.Count == 0;

    /// <summary>Compares two files.</summary>
    /// <param name="sound">The right bytes.</param>
    /// <param name="file">The file in question; open for writing too if it is to be healed.</param>
    /// <param name="heals">Whether to write what differs, and nothing else.</param>
    /// <param name="cancellationToken">Stops in between: what is healed is healed.</param>
    public static DamagedRanges Find(SafeFileHandle sound, SafeFileHandle file, bool heals, CancellationToken cancellationToken)
    {
        DamagedRanges found = new();
        byte[] right = new byte[BufferSize];
        byte[] here = new byte[BufferSize];
        long offset = 0;
        for (int length; (length = FileOperations.ReadAt(sound, right, offset, s_what)) > 0; offset += length)
        {
            cancellationToken.ThrowIfCancellationRequested();
            int present = ReadWhatCanBe(file, here.AsSpan(0, length), offset);
            for (int at = 0; at < length; at += Unit)
            {
                int end = Math.Min(at + Unit, length);
                if (end > present || !right.AsSpan(at..end).SequenceEqual(here.AsSpan(at..end)))
                {
                    found.Add(offset + at, offset + end);
                    if (heals)
                    {
                        FileOperations.WriteAt(file, right.AsSpan(at..end), offset + at, s_what);
                    }
                }
            }
        }

        long fileLength = FileOperations.Stat(file, s_what).Size;
        if (fileLength > offset)
        {
            found.Add(offset, fileLength);
            if (heals)
            {
                FileOperations.SetLength(file, offset, s_what);
            }
        }

        return found;
    }

    /// <summary>Whether a part of the file is damaged.</summary>
    public bool Overlap(long start, long length)
    {
        int index = _ranges.BinarySearch((start, long.MaxValue));
        index = index < 0 ? ~index : index;
        return length > 0
            && ((index < _ranges.Count && _ranges[index].Start < start + length) || (index > 0 && _ranges[index - 1].End > start));
    }

    private void Add(long start, long end)
    {
        if (_ranges.Count > 0 && _ranges[^1].End == start)
        {
            start = _ranges[^1].Start;
            _ranges.RemoveAt(_ranges.Count - 1);
        }

        _ranges.Add((start, end));
    }

    // A part that the disk cannot read is as damaged as one with other bytes.
    private static int ReadWhatCanBe(SafeFileHandle file, Span<byte> buffer, long offset)
    {
        try
        {
            return FileOperations.ReadAt(file, buffer, offset, s_what);
        }
        catch (LinuxException e) when (e.Errno == Errno.EIO)
        {
            return 0;
        }
    }
}
