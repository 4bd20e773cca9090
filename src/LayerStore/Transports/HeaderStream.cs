using LayerStore.Oci;

namespace LayerStore.Transports;

/// <summary>
/// Stands between an archive and <see cref="System.Formats.Tar.TarReader"/>, which seeks over contents and reads a header
/// in one go, however large the header says it is: refuses one that would fill the memory.
/// </summary>
/// <param name="inner">The archive; disposed with this.</param>
/// <param name="maxRead">The most bytes for one read.</param>
/// <param name="what">The archive, for messages.</param>
internal sealed class HeaderStream(Stream inner, int maxRead, string what) : ReadOnlyStream
{
    public override bool CanSeek => true;

    public override long Length => inner.Length;

    public override long Position
    {
        get => inner.Position;
        set => inner.Position = value;
    }

    public override int Read(Span<byte> buffer) => buffer.Length <= maxRead
        ? inner.Read(buffer)
        : throw StrictJson.Error(what, $"has a header of {buffer.Length} bytes, more than the {maxRead} that are allowed");

    public override long Seek(long offset, SeekOrigin origin) => inner.Seek(offset, origin);

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            inner.Dispose();
        }

        base.Dispose(disposing);
    }
}
