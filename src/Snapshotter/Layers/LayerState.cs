namespace Snapshotter.Layers;

/// <summary>What is happening to a layer.</summary>
public enum LayerState
{
    /// <summary>It waits for its turn, or for another process that unpacks it.</summary>
    Waiting,

    /// <summary>It is being unpacked.</summary>
    Running,

    /// <summary>It is unpacked and verified. It is visible when the whole image is.</summary>
    Done,

    /// <summary>It was there; nothing was read.</summary>
    Exists,
}
