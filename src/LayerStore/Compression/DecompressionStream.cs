namespace LayerStore.Compression;

/// <summary>Unpacked bytes, and what they were packed with.</summary>
public abstract class DecompressionStream : ReadOnlyStream
{
    /// <summary>What the input was packed with.</summary>
    public abstract CompressionKind Kind { get; }
}
