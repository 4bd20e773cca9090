using LayerStore.Images;

namespace Snapshotter.Layers;

/// <summary>Turns the news of the parts into the one kind that the facade gives out.</summary>
internal static class StoreProgressAdapter
{
    /// <summary>Where a copier reports, or null if nobody listens.</summary>
    public static IProgress<CopyProgress>? ForCopies(IProgress<StoreProgress>? progress) =>
        progress is null ? null : new Adapter<CopyProgress>(progress, Of);

    /// <summary>Where an unpacker reports, or null if nobody listens.</summary>
    public static IProgress<LayerProgress>? ForLayers(IProgress<StoreProgress>? progress) =>
        progress is null ? null : new Adapter<LayerProgress>(progress, Of);

    /// <summary>A copier's news.</summary>
    public static StoreProgress Of(CopyProgress news) => new(
        news.Descriptor.Digest,
        StoreStage.Copy,
        news.State switch
        {
            CopyState.Exists => StoreState.Exists,
            CopyState.Done => StoreState.Done,
            _ => StoreState.Running,
        },
        news.Done,
        news.Descriptor.Size);

    /// <summary>An unpacker's news.</summary>
    private static StoreProgress Of(LayerProgress news) => new(
        news.Digest,
        StoreStage.Unpack,
        news.State switch
        {
            LayerState.Exists => StoreState.Exists,
            LayerState.Done => StoreState.Done,
            LayerState.Waiting => StoreState.Waiting,
            _ => StoreState.Running,
        },
        news.Done,
        news.Total);

    /// <summary>Reports at once and on the caller's thread, unlike <see cref="Progress{T}"/>: news stays in order.</summary>
    private sealed class Adapter<T>(IProgress<StoreProgress> progress, Func<T, StoreProgress> convert) : IProgress<T>
    {
        public void Report(T value) => progress.Report(convert(value));
    }
}
