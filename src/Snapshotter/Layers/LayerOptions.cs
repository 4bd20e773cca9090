using LayerStore.Compression;
using LayerStore.Tar;

namespace Snapshotter.Layers;

/// <summary>What to make of a layer's files, and what they may ask for.</summary>
public sealed record LayerOptions
{
    /// <summary>Everything as the layer says, with the default limits.</summary>
    public static LayerOptions Default { get; } = new();

    /// <summary>Leaves devices out.</summary>
    public bool NoDevices { get; init; }

    /// <summary>Takes the setuid and setgid bits and file capabilities off.</summary>
    public bool StripSetuid { get; init; }

    /// <summary>Gives all files to the current user; who owned them stays in the layer's manifest.</summary>
    public bool SquashIds { get; init; }

    /// <summary>Limits for each layer's tar.</summary>
    public TarLimits TarLimits { get; init; } = new();

    /// <summary>Limits for each layer's decompression.</summary>
    public DecompressionLimits DecompressionLimits { get; init; } = new();

    /// <summary>Told what cannot be kept here and was left out or changed. Called by several threads.</summary>
    public Action<string>? Warn { get; init; }
}
