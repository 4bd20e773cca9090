namespace LayerStore.Compression;

/// <summary>Opens a compressed stream for reading, whatever it is packed with.</summary>
public static class Decompressor
{
    /// <summary>
    /// Reads the first bytes, and returns a stream of the unpacked bytes. It fails with
    /// <see cref="ErrorKind.DataLoss"/> where the input is damaged, truncated (also inside a trailer), or followed by bytes that are no further
    /// member, and over the ratio limit. It reads the input to its end, so that a verifying input gets to verify.
    /// </summary>
    /// <param name="input">Forward-only; disposed with the result.</param>
    /// <param name="limits">What it may expand to.</param>
    public static DecompressionStream Open(Stream input, DecompressionLimits? limits = null) => throw new NotImplementedException();
}
