using Snapshotter;

namespace LayerStore.Cli.Progress;

/// <summary>Shows nothing.</summary>
internal sealed class NoProgress : ProgressDisplay
{
    /// <inheritdoc/>
    protected override void Show(StoreProgress news)
    {
    }
}
