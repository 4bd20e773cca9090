using Google.Protobuf;

namespace LayerStore.Daemon.Grpc;

/// <summary>A call's requests. For one thread at a time.</summary>
internal sealed class GrpcReader<T>(GrpcBody body, CancellationToken cancelled)
    where T : class, IMessage<T>, new()
{
    // One for each type of message, not for each call.
    private static readonly MessageParser<T> s_parser = new(() => new T());

    /// <summary>Reads the next message; null when the caller has sent its last one.</summary>
    /// <param name="cancellationToken">Ends the wait instead of <see cref="GrpcCall.Cancelled"/>, to which it is to be linked.</param>
    /// <exception cref="GrpcException">Too large, cut short, or no message.</exception>
    /// <exception cref="OperationCanceledException">The caller went away, or the deadline passed.</exception>
    public ValueTask<T?> ReadAsync(CancellationToken cancellationToken = default) =>
        body.ReadAsync(s_parser, cancellationToken.CanBeCanceled ? cancellationToken : cancelled);

    /// <summary>Reads the one message of a method that takes one.</summary>
    /// <exception cref="GrpcException">There is none, or more than one.</exception>
    /// <exception cref="OperationCanceledException">The caller went away, or the deadline passed.</exception>
    public async ValueTask<T> ReadOnlyOneAsync()
    {
        T? message = await ReadAsync().ConfigureAwait(false);
        bool isOnlyOne = message is not null && await ReadAsync().ConfigureAwait(false) is null;

        // The status is the one that statuscodes.md gives for a violated cardinality.
        return isOnlyOne ? message! : throw new GrpcException(GrpcStatus.Unimplemented, "the method takes one request message, neither none nor more");
    }
}
