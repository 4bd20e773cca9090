namespace LayerStore.Cli;

/// <summary>
/// Standard error. What cannot be written there is lost: there is nowhere to say so, and the exit code must stay that of the
/// command.
/// </summary>
internal sealed class ErrorStream(Stream stream) : WriteOnlyStream
{
    /// <inheritdoc/>
    public override void Write(ReadOnlySpan<byte> buffer)
    {
        try
        {
            stream.Write(buffer);
        }
        catch (IOException)
        {
            // Lost.
        }
    }
}
