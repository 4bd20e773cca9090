namespace Snapshotter.Tests.Identity;

/// <summary>Where a history goes on after a commit.</summary>
internal enum Continuation
{
    /// <summary>In the snapshot that was committed.</summary>
    SameKey,

    /// <summary>In a new snapshot of the new image.</summary>
    NewKey,

    /// <summary>In another store that has pulled the new image, so that its layers were unpacked and not registered.</summary>
    OtherStore,
}
