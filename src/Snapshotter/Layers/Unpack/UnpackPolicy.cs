using LayerStore;
using LayerStore.Content;
using LayerStore.Images;
using Snapshotter.Snapshots;

namespace Snapshotter.Layers.Unpack;

/// <summary>
/// Remembers which layers were unpacked without devices, or without setuid bits and capabilities, by a label of their snapshots. Such a
/// layer has the same diffID as one that has all of it: whoever asks for the one must not get the other.
/// </summary>
internal sealed class UnpackPolicy(ISnapshotter snapshots, LayerOptions options)
{
    private readonly string _wanted = options.LeavesOut;

    /// <summary>What to label the snapshots of new layers with, in the transaction that makes them.</summary>
    public IReadOnlyDictionary<string, string> SnapshotLabels { get; } =
        options.LeavesOut.Length == 0 ? Labels.None : new Dictionary<string, string> { [WellKnownLabels.LeftOut] = options.LeavesOut };

    /// <summary>Refuses an image with layers that are here otherwise.</summary>
    /// <exception cref="LayerStoreException"><see cref="ErrorKind.FailedPrecondition"/>: there is one.</exception>
    public async Task CheckAsync(ImageView image, CancellationToken cancellationToken)
    {
        foreach (ImageLayer layer in image.Layers)
        {
            SnapshotInfo? chain = await snapshots.StatAsync(layer.ChainId.ToString(), cancellationToken).ConfigureAwait(false);
            string? present = chain?.Labels.GetValueOrDefault(WellKnownLabels.LeftOut, "");
            if (chain is null && _wanted.Length > 0 && snapshots is ILayerSnapshotter layered
                && await layered.FindLayerAsync(layer.DiffId, layer.ChainId, cancellationToken).ConfigureAwait(false) is not null)
            {
                present = ""; // Shared by another image: only what has everything is shared.
            }

            if (present is not null && present != _wanted)
            {
                throw new LayerStoreException(
                    ErrorKind.FailedPrecondition,
                    $"layer {layer.Descriptor.Digest} is here already, unpacked {Describe(present)}, and not {Describe(_wanted)}",
                    "Use the same options as before, remove the images that have it, or use another --root.");
            }
        }
    }

    private static string Describe(string leftOut) => leftOut.Length == 0 ? "with everything" : $"without {leftOut}";
}
