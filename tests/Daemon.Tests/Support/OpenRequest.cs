using System.Net;

namespace Daemon.Tests.Support;

/// <summary>The body of a call that is under way until the test ends it.</summary>
internal sealed class OpenRequest(byte[] message) : HttpContent
{
    private readonly TaskCompletionSource _begun = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _end = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Done when the first half was sent.</summary>
    public Task Begun => _begun.Task;

    /// <summary>Sends the rest.</summary>
    public void End() => _end.TrySetResult();

    protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context)
    {
        await stream.WriteAsync(message.AsMemory(0, 3));
        await stream.FlushAsync();
        _begun.TrySetResult();
        await _end.Task;
        await stream.WriteAsync(message.AsMemory(3));
    }

    protected override bool TryComputeLength(out long length)
    {
        length = 0;
        return false;
    }
}
