namespace LayerStore.Daemon.Grpc;

/// <summary>Limits what messages take together that have begun to come: each stream may hold one for as long as its client likes, and a client has many streams.</summary>
internal sealed class UnfinishedMessages
{
    /// <summary>The most bytes, of all connections of a server.</summary>
    public const long MaxSize = 1L << 30;

    private long _size;

    /// <summary>A message of this size is not whole yet. It counts, also when it is refused, until <see cref="Remove"/>.</summary>
    /// <exception cref="GrpcException">ResourceExhausted: it is one too many.</exception>
    public void Add(int size)
    {
        if (Interlocked.Add(ref _size, size) > MaxSize)
        {
            throw new GrpcException(GrpcStatus.ResourceExhausted, "too many large messages are on their way");
        }
    }

    /// <summary>It is whole, or nobody waits for it any more.</summary>
    public void Remove(int size) => Interlocked.Add(ref _size, -size);
}
