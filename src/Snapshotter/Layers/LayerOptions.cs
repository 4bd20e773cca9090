using LayerStore;
using Snapshotter.Layers.Apply;

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

    /// <summary>What they may ask for.</summary>
    public Limits Limits { get; init; } = Limits.Default;

    /// <summary>Told what cannot be kept here and was left out or changed. Called by several threads.</summary>
    public Action<string>? Warn { get; init; }

    /// <summary>What is left out of files that the image has: devices, setuid; empty for nothing.</summary>
    internal string LeavesOut => (NoDevices, StripSetuid) switch
    {
        (true, true) => "devices and setuid",
        (true, false) => "devices",
        (false, true) => "setuid",
        _ => "",
    };

    /// <summary>How the applier takes them.</summary>
    /// <param name="whiteouts">What whiteouts become.</param>
    /// <param name="memory">What to take from for what must be remembered.</param>
    internal ApplyOptions For(WhiteoutMode whiteouts, MemoryBudget memory) => new()
    {
        Whiteouts = whiteouts,
        NoDevices = NoDevices,
        StripSetuid = StripSetuid,
        SquashIds = SquashIds,
        MaxDepth = Limits.Tar.MaxDepth,
        Memory = memory.Part(),
        Warn = Warn,
    };
}
