namespace LayerStore.Transports;

/// <summary>Where an image is.</summary>
public enum TransportKind
{
    /// <summary>In a store, by name.</summary>
    Store,

    /// <summary>A directory in the OCI image layout: <c>oci:DIR[:TAG]</c>.</summary>
    OciDirectory,

    /// <summary>A tar of an OCI image layout: <c>oci-archive:FILE[:TAG]</c>.</summary>
    OciArchive,

    /// <summary>A tar as <c>docker save</c> writes it: <c>docker-archive:FILE[:REF]</c>.</summary>
    DockerArchive,
}
