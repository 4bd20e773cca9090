namespace LayerStore.Compression;

/// <summary>One compression format's decoder.</summary>
internal interface IUnpacker : IDisposable
{
    /// <summary>Reads some unpacked bytes; 0 only where the input ends as it should.</summary>
    /// <exception cref="LayerStoreException"><see cref="ErrorKind.DataLoss"/>: damaged, truncated, or followed by something
    /// else.</exception>
    int Read(Span<byte> target);
}
