namespace LayerStore.Compression;

/// <summary>
/// Lets one zstd stream at a time have a large window, of those that share this: so what many layers need together does not grow with
/// the number of processors that unpack them.
/// </summary>
/// <remarks>A stream enters once, with its first large frame, and leaves when it is disposed. It holds nothing else that another waits for.</remarks>
public sealed class LargeWindow
{
    /// <summary>A window over this is large, in bytes. zstd needs as much up to its level 19, and every decoder should have it (RFC 8878, 3.1.1.1.2).</summary>
    internal const ulong From = 8 << 20;

    private readonly object _lock = new();
    private bool _isTaken;

    /// <summary>Waits until no other stream has a large window.</summary>
    internal void Enter()
    {
        lock (_lock)
        {
            while (_isTaken)
            {
                Monitor.Wait(_lock);
            }

            _isTaken = true;
        }
    }

    /// <summary>Lets the next one have it.</summary>
    internal void Leave()
    {
        lock (_lock)
        {
            _isTaken = false;
            Monitor.Pulse(_lock);
        }
    }
}
