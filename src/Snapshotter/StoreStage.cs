namespace Snapshotter;

/// <summary>What is done to a blob.</summary>
public enum StoreStage
{
    /// <summary>It is copied into or out of the store.</summary>
    Copy,

    /// <summary>It is unpacked.</summary>
    Unpack,

    /// <summary>It, or what was unpacked of it, is compared with what it should be.</summary>
    Check,
}
