namespace Snapshotter;

/// <summary>How far a blob is.</summary>
public enum StoreState
{
    /// <summary>It waits.</summary>
    Waiting,

    /// <summary>It is under way.</summary>
    Running,

    /// <summary>It is done.</summary>
    Done,

    /// <summary>There was nothing to do: it was here.</summary>
    Exists,
}
