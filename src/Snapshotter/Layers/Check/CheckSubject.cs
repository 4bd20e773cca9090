namespace Snapshotter.Layers.Check;

/// <summary>What kind of thing a finding is about.</summary>
public enum CheckSubject
{
    /// <summary>One of the two databases.</summary>
    Database,

    /// <summary>A blob; its digest.</summary>
    Blob,

    /// <summary>An image; its name.</summary>
    Image,

    /// <summary>An unpacked layer; its diffID.</summary>
    Layer,

    /// <summary>A snapshot; its key.</summary>
    Snapshot,

    /// <summary>A recorded mount; its target.</summary>
    Mount,

    /// <summary>Something in the store's directories that nothing names; its path below the root.</summary>
    Leftover,
}
