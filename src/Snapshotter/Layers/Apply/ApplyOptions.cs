using Snapshotter.Layers.Manifest;
using Snapshotter.Linux;

namespace Snapshotter.Layers.Apply;

/// <summary>How to apply a layer's tar.</summary>
internal sealed record ApplyOptions
{
    /// <summary>What whiteouts become.</summary>
    public required WhiteoutMode Whiteouts { get; init; }

    /// <summary>Where overlay keeps its marks, <c>trusted</c> or <c>user</c>; without a store that says so, where it can keep them here.</summary>
    public string OverlayXattrNamespace { get; init; } = UserNamespace.Current.IsInitial ? "trusted" : "user";

    /// <summary>Leaves devices out.</summary>
    public bool NoDevices { get; init; }

    /// <summary>Takes setuid and setgid bits and file capabilities off.</summary>
    public bool StripSetuid { get; init; }

    /// <summary>Gives files of owners that are not mapped in this user namespace to root; else they are refused.</summary>
    public bool SquashIds { get; init; }

    /// <summary>How deep a path may be.</summary>
    public int MaxDepth { get; init; } = 1024;

    /// <summary>Takes the hashes of the contents that are written; null if nobody wants them.</summary>
    public ContentHashes? Hashes { get; init; }

    /// <summary>Told what cannot be kept here and was left out or changed.</summary>
    public Action<string>? Warn { get; init; }
}
