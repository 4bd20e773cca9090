namespace LayerStore.Oci;

/// <summary>Keys of annotations that mean something here (OCI image-spec, annotations.md).</summary>
public static class Annotations
{
    /// <summary>The name of an image in a layout's <c>index.json</c>.</summary>
    public const string RefName = "org.opencontainers.image.ref.name";

    /// <summary>The full name of an image in a layout that containerd wrote.</summary>
    public const string ContainerdImageName = "io.containerd.image.name";

    /// <summary>The digest of the manifest that an image was built on.</summary>
    public const string BaseDigest = "org.opencontainers.image.base.digest";

    /// <summary>The name of the image that an image was built on.</summary>
    public const string BaseName = "org.opencontainers.image.base.name";
}
