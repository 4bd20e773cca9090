namespace LayerStore.Cli;

/// <summary>
/// Standard input for code that reads it synchronously: a read of a pipe or terminal cannot be interrupted, so it is left
/// behind when the command is cancelled.
/// </summary>
internal sealed class CancellableInput(Stream input, CancellationToken cancellationToken) : ReadOnlyStream
{
    private readonly byte[] _buffer = new byte[64 << 10];
    private ReadOnlyMemory<byte> _ready;

    /// <inheritdoc/>
    public override int Read(Span<byte> buffer)
    {
        if (_ready.IsEmpty)
        {
            int count = Task.Run(() => input.Read(_buffer), cancellationToken).WaitAsync(cancellationToken).GetAwaiter().GetResult();
            _ready = _buffer.AsMemory(0, count);
        }

        int taken = Math.Min(buffer.Length, _ready.Length);
        _ready.Span[..taken].CopyTo(buffer);
        _ready = _ready[taken..];
        return taken;
    }
}
