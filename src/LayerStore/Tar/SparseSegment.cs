namespace LayerStore.Tar;

/// <summary>Bytes of a sparse file that the archive stores; what lies between segments reads as zeros.</summary>
/// <param name="Offset">Where they are in the dense file.</param>
/// <param name="Length">How many.</param>
internal readonly record struct SparseSegment(long Offset, long Length)
{
    /// <summary>Where the segment ends in the dense file.</summary>
    public long End => Offset + Length;
}
