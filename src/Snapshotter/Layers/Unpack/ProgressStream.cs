using LayerStore;

namespace Snapshotter.Layers.Unpack;

/// <summary>Counts what is read through it, tells about each further MiB, and stops when asked to.</summary>
internal sealed class ProgressStream(Stream inner, Action<long> report, CancellationToken cancellationToken) : ReadOnlyStream
{
    private const long Step = 1 << 20;

    private long _done;
    private long _next = Step;

    /// <inheritdoc/>
    public override int Read(Span<byte> buffer)
    {
        cancellationToken.ThrowIfCancellationRequested();
        int read = inner.Read(buffer);
        _done += read;
        if (_done >= _next)
        {
            _next = _done + Step;
            report(_done);
        }

        return read;
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            inner.Dispose();
        }

        base.Dispose(disposing);
    }
}
