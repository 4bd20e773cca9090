namespace Snapshotter.Layers.Collection;

/// <summary>Part of what is allocated under a store's root; each byte is in one share.</summary>
/// <param name="Class">Why it is there.</param>
/// <param name="Holder">For <see cref="UsageClass.Unique"/>, the root that holds it; names of one image are one holder. Else empty.</param>
/// <param name="CompressedBytes">Blobs, and blobs being written: allocated bytes.</param>
/// <param name="UnpackedBytes">Trees of files, and their manifests: allocated bytes.</param>
/// <param name="OtherBytes">Neither.</param>
public sealed record UsageShare(UsageClass Class, string Holder, long CompressedBytes, long UnpackedBytes, long OtherBytes)
{
    /// <summary>All of it.</summary>
    public long TotalBytes => CompressedBytes + UnpackedBytes + OtherBytes;
}
