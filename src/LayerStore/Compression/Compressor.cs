namespace LayerStore.Compression;

/// <summary>Packs a layer's tar. The same bytes give the same packed bytes on every machine, whatever its number of cores.</summary>
public static class Compressor
{
    /// <summary>Returns a stream that packs what is written to it. Disposing it finishes the last block and leaves the output open.</summary>
    /// <exception cref="LayerStoreException"><see cref="ErrorKind.Unimplemented"/>: bzip2 and xz are not written;
    /// libzstd is not installed.</exception>
    public static Stream Create(CompressionKind kind, Stream output) => throw new NotImplementedException();
}
