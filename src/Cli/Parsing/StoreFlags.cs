using LayerStore.Images;
using LayerStore.Oci;
using LayerStore.Transports;

namespace LayerStore.Cli.Parsing;

/// <summary>Options that several image commands share.</summary>
internal static class StoreFlags
{
    /// <summary>Which image of an index.</summary>
    public static Option<string?> Platform() => Choices.Text("--platform", "OS/ARCH[/VARIANT]", "Which image of an index (this machine's)");

    /// <summary>Speed at the price of durability.</summary>
    public static Option<bool> NoSync() => Choices.Flag("--no-sync", "Do not wait for the disk: faster, and lost in a power cut (for benchmarks)");

    /// <summary>Reads <see cref="Platform"/>.</summary>
    public static Platform? ReadPlatform(string? text) => text is null ? null : LayerStore.Oci.Platform.Parse(text);

    /// <summary>Reads a name for an image; null stays null.</summary>
    public static string? ReadName(string? text) => text is null ? null : ImageName.Normalize(text);

    /// <summary>Reads a reference to a place outside of the store.</summary>
    /// <exception cref="LayerStoreException"><see cref="ErrorKind.InvalidArgument"/>: malformed, not in this version, or the name of an image.</exception>
    public static TransportReference ReadPlace(string text)
    {
        TransportReference reference = TransportReference.Parse(text);
        return reference.Kind != TransportKind.Store
            ? reference
            : throw new LayerStoreException(
                ErrorKind.InvalidArgument,
                $"\"{Printable.Text(text)}\" is a name, not a place outside of the store; registries are not in this version",
                "Use oci:DIR[:TAG], oci-archive:FILE[:TAG] or docker-archive:FILE[:REF].");
    }
}
