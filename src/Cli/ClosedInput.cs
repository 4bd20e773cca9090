namespace LayerStore.Cli;

/// <summary>Standard input that the program was started without: reading it is an error that says so.</summary>
internal sealed class ClosedInput : ReadOnlyStream
{
    /// <inheritdoc/>
    public override int Read(Span<byte> buffer) =>
        throw new LayerStoreException(ErrorKind.Unknown, "standard input is closed", "Redirect it from a file or a pipe.");
}
