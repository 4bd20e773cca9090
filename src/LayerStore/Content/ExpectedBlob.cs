using LayerStore.Oci;

namespace LayerStore.Content;

/// <summary>What is known of a blob before its bytes come.</summary>
/// <param name="Digest">Its digest; null if it is not known.</param>
/// <param name="Size">Its length in bytes; null if it is not known.</param>
public sealed record ExpectedBlob(Digest? Digest, long? Size)
{
    /// <summary>
    /// Whether it is only what the writer believes so far, as containerd's clients say it: a blob that is here already is found by it, and a
    /// listing shows it, but other bytes may be written and committed, and the reference's next writer may believe otherwise.
    /// </summary>
    public bool IsTentative { get; init; }

    /// <summary>A descriptor says both.</summary>
    public static implicit operator ExpectedBlob?(Descriptor? descriptor) => FromDescriptor(descriptor);

    /// <summary>A descriptor says both.</summary>
    public static ExpectedBlob? FromDescriptor(Descriptor? descriptor) => descriptor is null ? null : new ExpectedBlob(descriptor.Digest, descriptor.Size);
}
