namespace Snapshotter.Layers.Check;

/// <summary>How thoroughly to check a store, and what to do about what is found.</summary>
public sealed record CheckOptions
{
    /// <summary>Whether to read all blobs and files; else only those whose size or modification time is not as it was recorded.</summary>
    public bool ReadData { get; init; }

    /// <summary>Whether to mend what can be mended with what is here. Nothing is fetched.</summary>
    public bool Repair { get; init; }

    /// <summary>The most to read, in bytes a second; null for no limit.</summary>
    public long? BytesPerSecond { get; init; }
}
