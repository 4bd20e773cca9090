using Google.Protobuf;
using Google.Protobuf.Collections;
using LayerStore.Daemon.Grpc;

namespace LayerStore.Daemon.Services;

/// <summary>Sends the items of a list, many in a message.</summary>
/// <param name="responses">Where to.</param>
/// <param name="itemsOf">A message's items.</param>
internal sealed class BatchWriter<TResponse, TItem>(GrpcWriter<TResponse> responses, Func<TResponse, RepeatedField<TItem>> itemsOf)
    where TResponse : class, IMessage<TResponse>, new()
    where TItem : IMessage<TItem>
{
    // As many as containerd's own services send (services/snapshots/service.go). Labels can make a few of them large.
    private const int MaxCount = 100;
    private const int MaxSize = 1 << 20;

    private readonly TResponse _batch = new();
    private int _size;

    /// <summary>Adds an item, and sends those that are enough for a message.</summary>
    public async ValueTask AddAsync(TItem item)
    {
        RepeatedField<TItem> items = itemsOf(_batch);
        items.Add(item);
        _size += item.CalculateSize();
        if (items.Count == MaxCount || _size >= MaxSize)
        {
            await EndAsync().ConfigureAwait(false);
        }
    }

    /// <summary>Sends the rest.</summary>
    public async ValueTask EndAsync()
    {
        RepeatedField<TItem> items = itemsOf(_batch);
        if (items.Count > 0)
        {
            // Once it is written, the message is in the connection's own buffers.
            await responses.WriteAsync(_batch).ConfigureAwait(false);
            items.Clear();
            _size = 0;
        }
    }
}
