namespace LayerStore.Oci;

/// <summary>What an index, manifest or config may ask for at most.</summary>
public sealed record DocumentLimits
{
    /// <summary>The defaults.</summary>
    public static DocumentLimits Default { get; } = new();

    /// <summary>
    /// What a store reads again: the highest values that these limits may be raised to, so that each command can read what a pull
    /// has accepted.
    /// </summary>
    public static DocumentLimits Stored { get; } = new() { MaxDocumentBytes = 16 << 20, MaxDocumentDepth = 512, MaxIndexDepth = 64 };

    /// <summary>Bytes of one document. 4 MiB, as registries have it.</summary>
    public int MaxDocumentBytes { get; init; } = 4 << 20;

    /// <summary>Levels of nesting in one document.</summary>
    public int MaxDocumentDepth { get; init; } = 64;

    /// <summary>Indexes in each other.</summary>
    public int MaxIndexDepth { get; init; } = 16;
}
