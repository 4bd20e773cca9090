using LayerStore.Oci;

namespace Snapshotter.Layers.Unpack;

/// <summary>Which image of a source to write as a plain tree, and how.</summary>
public sealed record UnpackOptions
{
    /// <summary>The platform to choose from an index; null is this machine's. An image in a store has its platform already.</summary>
    public Platform? Platform { get; init; }

    /// <summary>Whether the files are on the disk when it is done.</summary>
    public bool Sync { get; init; } = true;

    /// <summary>How to make the files.</summary>
    public LayerOptions Layers { get; init; } = LayerOptions.Default;
}
