using System.Net;

namespace Daemon.Tests.Support;

/// <summary>A request's body that a test sends piece by piece, and ends when it wants.</summary>
internal sealed class PushContent : HttpContent
{
    private readonly TaskCompletionSource<Stream> _stream = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _end = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Sends bytes.</summary>
    public async Task SendAsync(byte[] bytes)
    {
        Stream stream = await _stream.Task;
        await stream.WriteAsync(bytes);
        await stream.FlushAsync();
    }

    /// <summary>Ends the request.</summary>
    public void End() => _end.TrySetResult();

    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) =>
        SerializeToStreamAsync(stream, context, CancellationToken.None);

    protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context, CancellationToken cancellationToken)
    {
        // Flushing sends the headers on their way, so that the server begins.
        await stream.FlushAsync(cancellationToken);
        _stream.SetResult(stream);

        // The client resets the stream of a response that nobody wants only when its request has ended too.
        await _end.Task.WaitAsync(cancellationToken);
    }

    protected override bool TryComputeLength(out long length)
    {
        length = 0;
        return false;
    }
}
