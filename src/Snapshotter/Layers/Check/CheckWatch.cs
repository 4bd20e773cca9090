using LayerStore;

namespace Snapshotter.Layers.Check;

/// <summary>Told of everything that a check reads: keeps it below a rate, and says how far it is.</summary>
internal sealed class CheckWatch(Throttle throttle, IProgress<StoreProgress>? progress)
{
    private StoreProgress _current;

    /// <summary>Neither limits nor tells.</summary>
    public static CheckWatch None { get; } = new(Throttle.None, progress: null);

    /// <summary>Something will be checked later.</summary>
    public void Expect(Digest id, long total) => progress?.Report(new StoreProgress(id, StoreStage.Check, StoreState.Waiting, 0, total));

    /// <summary>Something is checked from now on.</summary>
    /// <param name="id">A blob, or what names a tree.</param>
    /// <param name="total">About how many bytes will be read.</param>
    public void Begin(Digest id, long total) => Report(new StoreProgress(id, StoreStage.Check, StoreState.Running, 0, total));

    /// <summary>Bytes were read.</summary>
    public void Read(int length, CancellationToken cancellationToken)
    {
        throttle.Wait(length, cancellationToken);
        if (progress is not null)
        {
            // Files take whole blocks on the disk, and sparse ones less than their length: never more than all.
            Report(_current with { Done = Math.Min(_current.Done + length, _current.Total) });
        }
    }

    /// <summary>It is checked, whatever was found.</summary>
    public void End() => Report(_current with { State = StoreState.Done, Done = _current.Total });

    private void Report(StoreProgress news)
    {
        _current = news;
        progress?.Report(news);
    }
}
