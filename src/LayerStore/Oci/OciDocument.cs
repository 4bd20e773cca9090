namespace LayerStore.Oci;

/// <summary>
/// A JSON document of an image: the exact bytes, which are what is stored, copied and hashed, and beside them a view of
/// what this store needs to know. Fields that are unknown here are therefore never lost.
/// </summary>
public abstract class OciDocument
{
    private protected OciDocument(ReadOnlyMemory<byte> bytes, Descriptor descriptor)
    {
        Bytes = bytes;
        Descriptor = descriptor;
    }

    /// <summary>The document, byte for byte.</summary>
    public ReadOnlyMemory<byte> Bytes { get; }

    /// <summary>The document's type, digest and size.</summary>
    public Descriptor Descriptor { get; }

    /// <summary>The document's digest.</summary>
    public Digest Digest => Descriptor.Digest;

    /// <summary>The document's type.</summary>
    public string MediaType => Descriptor.MediaType;

    /// <summary>A descriptor of these bytes.</summary>
    private protected static Descriptor Describe(ReadOnlyMemory<byte> bytes, string mediaType) =>
        new(mediaType, Digest.Compute(bytes.Span), bytes.Length);
}
