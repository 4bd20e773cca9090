using System.CommandLine;
using LayerStore.Oci;

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
}
