using LayerStore.Content;

namespace LayerStore.Cli.Output.Json;

/// <summary>A blob, as listed.</summary>
internal sealed record BlobRow(string Digest, long Size, DateTimeOffset CreatedAt, DateTimeOffset UpdatedAt, IReadOnlyDictionary<string, string> Labels)
{
    /// <summary>The row of a blob.</summary>
    public static BlobRow Of(BlobInfo blob) => new(blob.Digest.ToString(), blob.Size, blob.CreatedAt, blob.UpdatedAt, blob.Labels);
}
