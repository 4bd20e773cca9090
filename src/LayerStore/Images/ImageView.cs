using LayerStore.Oci;

namespace LayerStore.Images;

/// <summary>
/// An image, read and checked, without its layers' content: what unpacking, running and describing it need. It is a
/// picture of one moment; nothing here changes it.
/// </summary>
public sealed class ImageView
{
    private ImageView(ResolvedManifest resolved, ImageConfig config, IReadOnlyList<ImageLayer> layers)
    {
        Target = resolved.Target;
        Indexes = resolved.Indexes;
        Manifest = resolved.Manifest;
        Config = config;
        Layers = layers;
    }

    /// <summary>What was resolved: the manifest, or an index that names it.</summary>
    public Descriptor Target { get; }

    /// <summary>The indexes from the target to the manifest; often none.</summary>
    public IReadOnlyList<ImageIndex> Indexes { get; }

    /// <summary>The manifest of the platform.</summary>
    public ImageManifest Manifest { get; }

    /// <summary>The config.</summary>
    public ImageConfig Config { get; }

    /// <summary>The layers, base first.</summary>
    public IReadOnlyList<ImageLayer> Layers { get; }

    /// <summary>The name of all layers together; null if there are none.</summary>
    public Digest? ChainId => Layers.Count == 0 ? null : Layers[^1].ChainId;

    /// <summary>Reads an image.</summary>
    /// <param name="provider">Where its blobs are.</param>
    /// <param name="target">Its index or manifest.</param>
    /// <param name="platform">The platform; see <see cref="ManifestResolver.ResolveAsync"/>.</param>
    /// <param name="cancellationToken">Cancels.</param>
    /// <exception cref="LayerStoreException"><see cref="ErrorKind.NotFound"/>: no image of that platform;
    /// <see cref="ErrorKind.DataLoss"/>: damaged or malformed, or an artifact, which has no file system.</exception>
    public static async Task<ImageView> LoadAsync(
        IBlobProvider provider, Descriptor target, Platform? platform = null, CancellationToken cancellationToken = default)
    {
        ResolvedManifest resolved = await ManifestResolver.ResolveAsync(provider, target, platform, cancellationToken).ConfigureAwait(false);
        return await LoadAsync(provider, resolved, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Reads an image whose manifest was found already.</summary>
    /// <exception cref="LayerStoreException"><see cref="ErrorKind.DataLoss"/>: damaged or malformed, or an artifact, which has no file system.</exception>
    public static async Task<ImageView> LoadAsync(IBlobProvider provider, ResolvedManifest resolved, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(provider);
        ArgumentNullException.ThrowIfNull(resolved);
        ImageManifest manifest = resolved.Manifest;
        if (!manifest.IsImage)
        {
            string type = !MediaTypes.IsImageConfig(manifest.Config.MediaType)
                ? manifest.Config.MediaType
                : manifest.Layers.First(layer => !MediaTypes.IsLayer(layer.MediaType)).MediaType;
            throw new LayerStoreException(
                ErrorKind.DataLoss,
                $"manifest {manifest.Digest} is not an image that can be unpacked: it has a blob of the type {Printable.Text(type)}",
                "Artifacts can be pulled with --no-unpack and pushed, but have no file system.");
        }

        ImageConfig config = await provider.ReadConfigAsync(manifest.Config, cancellationToken).ConfigureAwait(false);
        if (config.DiffIds.Count != manifest.Layers.Count)
        {
            throw StrictJson.Error(
                $"manifest {manifest.Digest}", $"has {manifest.Layers.Count} layers, but its config {config.Digest} has {config.DiffIds.Count} diffIDs");
        }

        IReadOnlyList<Digest> chainIds = Oci.ChainId.Compute(config.DiffIds);
        return new ImageView(resolved, config, [.. manifest.Layers.Select((layer, i) => new ImageLayer(layer, config.DiffIds[i], chainIds[i]))]);
    }
}
