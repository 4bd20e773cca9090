using LayerStore.Oci;

namespace Snapshotter.Layers.Pull;

/// <summary>What to pull, and how to unpack it.</summary>
public sealed record PullOptions
{
    /// <summary>The name to give; null is the source's ref name, else its file or directory name.</summary>
    public string? Name { get; init; }

    /// <summary>The platform to choose from an index; null is this machine's.</summary>
    public Platform? Platform { get; init; }

    /// <summary>Whether to unpack the layers. Artifacts can only be pulled without.</summary>
    public bool Unpack { get; init; } = true;

    /// <summary>How to unpack them.</summary>
    public LayerOptions Layers { get; init; } = LayerOptions.Default;
}
