using LayerStore;
using LayerStore.Tar;
using Microsoft.Win32.SafeHandles;

namespace Snapshotter.Layers.Diff;

/// <summary>Gives a layer to two sinks in one pass.</summary>
internal sealed class TeeLayerSink(ILayerSink first, ILayerSink second) : ILayerSink
{
    /// <inheritdoc/>
    public void Add(TarEntry entry, SafeFileHandle? content)
    {
        first.Add(entry, content);
        second.Add(entry, content);
    }

    /// <inheritdoc/>
    public void AddWhiteout(ByteString path)
    {
        first.AddWhiteout(path);
        second.AddWhiteout(path);
    }

    /// <inheritdoc/>
    public void Finish()
    {
        first.Finish();
        second.Finish();
    }
}
