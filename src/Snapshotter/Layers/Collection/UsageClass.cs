namespace Snapshotter.Layers.Collection;

/// <summary>Why bytes are on the disk.</summary>
public enum UsageClass
{
    /// <summary>One root alone holds them.</summary>
    Unique,

    /// <summary>Several roots hold them.</summary>
    Shared,

    /// <summary>A living process writes them now.</summary>
    Working,

    /// <summary>Nothing holds them: <c>gc</c> frees them.</summary>
    Reclaimable,

    /// <summary>The store's own records, locks and directories.</summary>
    Store,

    /// <summary>Files in the root that are not the store's.</summary>
    Unknown,
}
