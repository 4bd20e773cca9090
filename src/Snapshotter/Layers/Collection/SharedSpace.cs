using Snapshotter.Linux;

namespace Snapshotter.Layers.Collection;

/// <summary>Shares out the bytes of extents that several files have.</summary>
internal static class SharedSpace
{
    /// <summary>
    /// Adds each byte that at least two of the files that go have, and none that stays, to one of its owners. What only one of them has
    /// is shared with something that was not looked at, and is not freed.
    /// </summary>
    /// <param name="gone">The shared extents of the files that go, each with the number of the owner that the file counts for.</param>
    /// <param name="kept">Those of the files that stay.</param>
    /// <param name="bytes">By owner; is added to.</param>
    public static void Credit(IReadOnlyList<(ExtentRange Range, int Owner)> gone, IReadOnlyList<ExtentRange> kept, IList<long> bytes)
    {
        // The line of bytes is cut at every end of a range; between two cuts the set of files is the same.
        List<(ulong At, bool Begins, int Owner)> cuts = [];
        foreach ((ExtentRange range, int owner) in gone)
        {
            cuts.Add((range.Start, true, owner));
            cuts.Add((range.End, false, owner));
        }

        foreach (ExtentRange range in kept)
        {
            cuts.Add((range.Start, true, -1));
            cuts.Add((range.End, false, -1));
        }

        cuts.Sort((a, b) => a.At.CompareTo(b.At));
        List<int> owners = [];
        int staying = 0;
        ulong last = 0;
        foreach ((ulong at, bool begins, int owner) in cuts)
        {
            if (at > last && staying == 0 && owners.Count > 1)
            {
                bytes[owners.Min()] += (long)(at - last);
            }

            last = at;
            if (owner < 0)
            {
                staying += begins ? 1 : -1;
            }
            else if (begins)
            {
                owners.Add(owner);
            }
            else
            {
                owners.Remove(owner);
            }
        }
    }
}
