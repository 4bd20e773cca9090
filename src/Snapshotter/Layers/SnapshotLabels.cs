using LayerStore;
using Snapshotter.Snapshots;

namespace Snapshotter.Layers;

/// <summary>Labels that a snapshot carries to say which image it shows.</summary>
public static class SnapshotLabels
{
    /// <summary>The image's name in this store, when the snapshot was made.</summary>
    public const string ImageName = WellKnownLabels.MountedImage;

    /// <summary>The digest of the manifest whose layers are below the snapshot. It moves on when a commit puts the snapshot on top of its new layer.</summary>
    public const string ImageManifest = "layerstore/image.manifest";

    /// <summary>The digest of the manifest that the snapshot was first made of.</summary>
    public const string ImageOrigin = "layerstore/image.origin";

    /// <summary>The lease of the work that an active snapshot is part of: without that lease it is garbage.</summary>
    public const string WorkLease = "layerstore/lease";

    /// <summary>The manifests that a snapshot's labels name.</summary>
    internal static IEnumerable<Digest> ManifestsOf(SnapshotInfo snapshot) => ManifestsOf(snapshot.Labels);

    /// <inheritdoc cref="ManifestsOf(SnapshotInfo)"/>
    internal static IEnumerable<Digest> ManifestsOf(IReadOnlyDictionary<string, string> labels)
    {
        foreach (string label in (string[])[ImageManifest, ImageOrigin])
        {
            if (labels.TryGetValue(label, out string? text) && Digest.TryParse(text, out Digest? manifest))
            {
                yield return manifest;
            }
        }
    }
}
