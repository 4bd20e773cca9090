using LayerStore.Compression;

namespace LayerStore.Oci;

/// <summary>
/// The media types of images (OCI image-spec, media-types.md; Docker image manifest version 2, schema 2) and what they
/// mean to this store.
/// </summary>
public static class MediaTypes
{
    /// <summary>An OCI image index.</summary>
    public const string OciIndex = "application/vnd.oci.image.index.v1+json";

    /// <summary>An OCI image manifest.</summary>
    public const string OciManifest = "application/vnd.oci.image.manifest.v1+json";

    /// <summary>An OCI image configuration.</summary>
    public const string OciConfig = "application/vnd.oci.image.config.v1+json";

    /// <summary>An uncompressed OCI layer.</summary>
    public const string OciLayer = "application/vnd.oci.image.layer.v1.tar";

    /// <summary>A gzip-compressed OCI layer.</summary>
    public const string OciLayerGzip = OciLayer + "+gzip";

    /// <summary>A zstd-compressed OCI layer.</summary>
    public const string OciLayerZstd = OciLayer + "+zstd";

    /// <summary>A layer that its maker did not want to be uploaded elsewhere; deprecated, read but never made here.</summary>
    public const string OciLayerNonDistributable = "application/vnd.oci.image.layer.nondistributable.v1.tar";

    /// <summary>The two bytes <c>{}</c>, an artifact's config.</summary>
    public const string OciEmpty = "application/vnd.oci.empty.v1+json";

    /// <summary>A Docker manifest list.</summary>
    public const string DockerIndex = "application/vnd.docker.distribution.manifest.list.v2+json";

    /// <summary>A Docker schema 2 manifest.</summary>
    public const string DockerManifest = "application/vnd.docker.distribution.manifest.v2+json";

    /// <summary>A Docker image configuration.</summary>
    public const string DockerConfig = "application/vnd.docker.container.image.v1+json";

    /// <summary>An uncompressed Docker layer.</summary>
    public const string DockerLayer = "application/vnd.docker.image.rootfs.diff.tar";

    /// <summary>A gzip-compressed Docker layer.</summary>
    public const string DockerLayerGzip = DockerLayer + ".gzip";

    /// <summary>A zstd-compressed Docker layer.</summary>
    public const string DockerLayerZstd = DockerLayer + ".zstd";

    /// <summary>Docker's layer that is fetched from elsewhere.</summary>
    public const string DockerLayerForeign = "application/vnd.docker.image.rootfs.foreign.diff.tar";

    private const string DockerSchema1 = "application/vnd.docker.distribution.manifest.v1+";

    /// <summary>An image index, of either kind.</summary>
    public static bool IsIndex(string? mediaType) => mediaType is OciIndex or DockerIndex;

    /// <summary>An image manifest, of either kind.</summary>
    public static bool IsManifest(string? mediaType) => mediaType is OciManifest or DockerManifest;

    /// <summary>The configuration of an image that can run; a manifest with any other config is an artifact.</summary>
    public static bool IsImageConfig(string? mediaType) => mediaType is OciConfig or DockerConfig;

    /// <summary>
    /// A layer's tar, of either kind, whatever it says of its compression, which the content decides. An encrypted
    /// layer is not one.
    /// </summary>
    public static bool IsLayer(string? mediaType) => mediaType is not null
        && (IsTar(mediaType, OciLayer, '+') || IsTar(mediaType, DockerLayer, '.') || IsNonDistributable(mediaType));

    /// <summary>A layer that is not to be uploaded to a registry.</summary>
    public static bool IsNonDistributable(string? mediaType) => mediaType is not null
        && (IsTar(mediaType, OciLayerNonDistributable, '+') || IsTar(mediaType, DockerLayerForeign, '.'));

    /// <summary>A type of Docker's, and not of OCI's.</summary>
    public static bool IsDocker(string? mediaType) => mediaType?.StartsWith("application/vnd.docker.", StringComparison.Ordinal) ?? false;

    /// <summary>The type of a new layer.</summary>
    /// <param name="compression">How it is packed; only none, gzip and zstd have a type.</param>
    /// <param name="docker">Whether it goes into an image of Docker's types.</param>
    public static string ForLayer(CompressionKind compression, bool docker) => (compression, docker) switch
    {
        (CompressionKind.None, false) => OciLayer,
        (CompressionKind.Gzip, false) => OciLayerGzip,
        (CompressionKind.Zstd, false) => OciLayerZstd,
        (CompressionKind.None, true) => DockerLayer,
        (CompressionKind.Gzip, true) => DockerLayerGzip,
        (CompressionKind.Zstd, true) => DockerLayerZstd,
        _ => throw new ArgumentOutOfRangeException(nameof(compression)),
    };

    /// <summary>A manifest of the format before schema 2, which is not read here.</summary>
    internal static bool IsSchema1(string? mediaType) => mediaType?.StartsWith(DockerSchema1, StringComparison.Ordinal) ?? false;

    private static bool IsTar(string mediaType, string tar, char separator) =>
        mediaType.StartsWith(tar, StringComparison.Ordinal)
        && (mediaType.Length == tar.Length
            || (mediaType[tar.Length] == separator && !mediaType.EndsWith("encrypted", StringComparison.Ordinal)));
}
