namespace Snapshotter.Layers;

/// <summary>What happened to a path.</summary>
public enum ChangeKind
{
    /// <summary>It was not there before.</summary>
    Added,

    /// <summary>It was there, and something about it is different.</summary>
    Modified,

    /// <summary>It is gone.</summary>
    Deleted,
}
