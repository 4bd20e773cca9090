namespace LayerStore.Compression;

/// <summary>How a layer's tar is packed, as its first bytes tell; a media type is only a claim.</summary>
public enum CompressionKind
{
    /// <summary>Not at all.</summary>
    None,

    /// <summary>RFC 1952, one or several members.</summary>
    Gzip,

    /// <summary>RFC 8878, frames and skippable frames.</summary>
    Zstd,

    /// <summary>bzip2, one or several streams; read only.</summary>
    Bzip2,

    /// <summary>xz: recognised, so that it can be refused by name.</summary>
    Xz,
}
