using LayerStore;
using LayerStore.Tar;
using Microsoft.Win32.SafeHandles;

namespace Snapshotter.Layers.Diff;

/// <summary>Passes a layer on with no modification time later than one that is given; earlier ones are kept (reproducible-builds.org, SOURCE_DATE_EPOCH).</summary>
internal sealed class LatestTimeSink(ILayerSink below, Timestamp latest) : ILayerSink
{
    /// <summary>A sink that limits times, or the one below when there is no limit.</summary>
    public static ILayerSink Limit(ILayerSink below, Timestamp? latest) => latest is { } time ? new LatestTimeSink(below, time) : below;

    /// <inheritdoc/>
    public void Add(TarEntry entry, SafeFileHandle? content) =>
        below.Add(entry.ModifiedAt > latest ? entry with { ModifiedAt = latest } : entry, content);

    /// <inheritdoc/>
    public void AddWhiteout(ByteString path) => below.AddWhiteout(path);

    /// <inheritdoc/>
    public void Finish() => below.Finish();
}
