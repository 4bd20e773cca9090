namespace Snapshotter.Layers.Diff;

/// <summary>Told what a differ finds, beside the layer that it writes.</summary>
internal sealed record DiffObserver
{
    /// <summary>Told what a layer cannot hold and what is therefore left out: sockets.</summary>
    public Action<string>? Warn { get; init; }

    /// <summary>Told each path that changed. Directories that are in the layer only because something below them changed are not among them.</summary>
    public Action<PathChange>? Changed { get; init; }
}
