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

    /// <summary>A snapshot; its key, or for the native driver the name of one that was unpacked.</summary>
    Snapshot,

    /// <summary>A mount, recorded or of this store's trees; its target.</summary>
    Mount,

    /// <summary>A lock whose process is dead; its path below the root.</summary>
    Lock,

    /// <summary>One of the store's own directories; its path below the root.</summary>
    Directory,

    /// <summary>Something in the store's directories that nothing names; its path below the root.</summary>
    Leftover,
}
