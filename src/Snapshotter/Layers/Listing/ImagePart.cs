namespace Snapshotter.Layers.Listing;

/// <summary>A blob or an unpacked layer that images hold.</summary>
/// <param name="bytes">What it takes.</param>
internal sealed class ImagePart(long bytes)
{
    /// <summary>What it takes.</summary>
    public long Bytes => bytes;

    /// <summary>How many images hold it.</summary>
    public int Holders { get; set; }
}
