namespace LayerStore.Leases;

/// <summary>One thing that a lease keeps.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="Id">Its name among its kind; it need not exist yet.</param>
public sealed record LeaseResource(LeaseResourceKind Kind, string Id)
{
    /// <summary>A blob, and all that it names if it is an index or a manifest.</summary>
    public static LeaseResource Blob(Digest digest) => new(LeaseResourceKind.Blob, Text(digest));

    /// <summary>An unpacked layer.</summary>
    public static LeaseResource Layer(Digest diffId) => new(LeaseResourceKind.Layer, Text(diffId));

    /// <summary>A committed snapshot made of an image, and what it stands on.</summary>
    public static LeaseResource Chain(Digest chainId) => new(LeaseResourceKind.Snapshot, Text(chainId));

    private static string Text(Digest digest)
    {
        ArgumentNullException.ThrowIfNull(digest);
        return digest.ToString();
    }
}
