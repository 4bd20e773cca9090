namespace LayerStore.Cli;

/// <summary>Standard output that the program was started without: writing to it is an error that says so.</summary>
internal sealed class ClosedOutput : WriteOnlyStream
{
    /// <inheritdoc/>
    public override void Write(ReadOnlySpan<byte> buffer) =>
        throw new LayerStoreException(ErrorKind.Unknown, "standard output is closed", "Redirect it to a file, a pipe or /dev/null.");
}
