using LayerStore.Oci;

namespace LayerStore.Transports;

/// <summary>Where an image is written to, outside of a store.</summary>
/// <remarks>
/// <para><b>Order.</b> An index is written before its manifests, a manifest before its config, a config before the layers,
/// and then the layers, in parallel where the sink takes that, else in their order in the manifest.</para>
/// <para><b>Visible at the end.</b> Nobody sees the image before <see cref="FinishAsync"/>, and then all of it, durably. A
/// sink that is disposed without it leaves what was there before; a layout may hold blobs that nothing names.</para>
/// </remarks>
public interface IImageSink : IAsyncDisposable
{
    /// <summary>What was opened.</summary>
    TransportReference Reference { get; }

    /// <summary>Whether an index can be written; else its manifest of one platform is.</summary>
    bool TakesIndexes { get; }

    /// <summary>Whether layers may be written in parallel; else their order shows in what is written.</summary>
    bool TakesParallelWrites { get; }

    /// <summary>Whether a blob is there already, verified, and need not be written.</summary>
    /// <exception cref="LayerStoreException"><see cref="ErrorKind.FailedPrecondition"/>: the place holds something else.</exception>
    Task<bool> ContainsAsync(Descriptor descriptor, CancellationToken cancellationToken = default);

    /// <summary>Writes a blob.</summary>
    /// <param name="descriptor">What it is.</param>
    /// <param name="content">Its bytes, from a stream that verifies at its end; the caller disposes it.</param>
    /// <param name="cancellationToken">Cancels.</param>
    /// <exception cref="LayerStoreException"><see cref="ErrorKind.DataLoss"/>: the content did not verify;
    /// <see cref="ErrorKind.ResourceExhausted"/>: no space; <see cref="ErrorKind.FailedPrecondition"/>: the place holds something else.</exception>
    Task WriteAsync(Descriptor descriptor, Stream content, CancellationToken cancellationToken = default);

    /// <summary>Names the image and makes it visible. Nothing may be written afterwards.</summary>
    /// <param name="target">The index or manifest, written before.</param>
    /// <param name="cancellationToken">Cancels before, not during, the publication.</param>
    Task FinishAsync(Descriptor target, CancellationToken cancellationToken = default);
}
