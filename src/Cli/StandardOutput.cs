using LayerStore.Cli.Linux;

namespace LayerStore.Cli;

/// <summary>What the program was given as standard output or standard error.</summary>
/// <param name="descriptor">1 or 2.</param>
/// <remarks>Not the console's stream of the class library, which makes its handle by reflection: a command pays some milliseconds for it.</remarks>
internal sealed class StandardOutput(int descriptor) : WriteOnlyStream
{
    /// <inheritdoc/>
    public override void Write(ReadOnlySpan<byte> buffer) => Descriptor.Write(descriptor, buffer);
}
