namespace LayerStore.Cli;

/// <summary>What a command needs that is slow at its first use.</summary>
internal enum Rehearsal
{
    /// <summary>Nothing of the kind: to begin a thread would take longer.</summary>
    None,

    /// <summary>An image's documents: JSON, and OpenSSL for their digests.</summary>
    Documents,

    /// <summary>To write documents and to pack a layer.</summary>
    Packing,
}
