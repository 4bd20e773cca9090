using Snapshotter.Layers.Collection;

namespace LayerStore.Cli.Output.Json;

/// <summary>A share of what is on the disk.</summary>
internal sealed record UsageShareRow(string Class, string? Holder, long CompressedBytes, long UnpackedBytes, long OtherBytes, long TotalBytes)
{
    /// <summary>The row of a share.</summary>
    public static UsageShareRow Of(UsageShare share) => new(
        share.Class.ToString().ToLowerInvariant(),
        share.Holder.Length == 0 ? null : share.Holder,
        share.CompressedBytes,
        share.UnpackedBytes,
        share.OtherBytes,
        share.TotalBytes);
}
