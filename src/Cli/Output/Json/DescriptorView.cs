using LayerStore.Oci;

namespace LayerStore.Cli.Output.Json;

/// <summary>A blob with its type.</summary>
internal sealed record DescriptorView(string MediaType, string Digest, long Size)
{
    /// <summary>Describes a blob.</summary>
    public static DescriptorView Of(Descriptor descriptor) => new(descriptor.MediaType, descriptor.Digest.ToString(), descriptor.Size);
}
