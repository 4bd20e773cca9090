using LayerStore.Cli.Linux;

namespace LayerStore.Cli;

/// <summary>What the program was given as standard input.</summary>
internal sealed class StandardInput : ReadOnlyStream
{
    /// <inheritdoc/>
    public override int Read(Span<byte> buffer) => Descriptor.Read(0, buffer);
}
