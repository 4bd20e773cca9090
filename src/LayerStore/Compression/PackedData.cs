namespace LayerStore.Compression;

/// <summary>The error of all decoders.</summary>
internal static class PackedData
{
    /// <summary>The input is not what its first bytes promised.</summary>
    public static LayerStoreException Damaged(string format, string problem, Exception? cause = null) => new(
        ErrorKind.DataLoss,
        $"the {format} data is damaged: {problem}",
        "The blob is truncated or was changed on its way: get it again.",
        cause);
}
