using System.IO.Pipelines;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;

namespace LayerStore.Daemon.Grpc;

/// <summary>
/// What every client of HTTP/2 sends first (RFC 9113, 3.4). The web server waits for it without an end, as connections may rest: who connects and says
/// nothing would keep the place of a client.
/// </summary>
internal static class ConnectionPreface
{
    private const int Length = 24;

    /// <summary>How long a client may take to send it.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    /// <summary>Closes connections on which it has not come in time. Whether it is the right one the web server sees.</summary>
    public static void Require(IConnectionBuilder connections, TimeProvider clock) => connections.Use(next => async connection =>
    {
        if (await HasComeAsync(connection, clock).ConfigureAwait(false))
        {
            await next(connection).ConfigureAwait(false);
        }
    });

    private static async Task<bool> HasComeAsync(ConnectionContext connection, TimeProvider clock)
    {
        CancellationToken stopping = connection.Features.Get<IConnectionLifetimeNotificationFeature>()?.ConnectionClosedRequested ?? CancellationToken.None;
        using CancellationTokenSource late = new(Patience, clock);
        using CancellationTokenSource ended = CancellationTokenSource.CreateLinkedTokenSource(late.Token, stopping);
        PipeReader input = connection.Transport.Input;
        try
        {
            while (true)
            {
                ReadResult read = await input.ReadAsync(ended.Token).ConfigureAwait(false);
                bool isWhole = read.Buffer.Length >= Length;

                // Nothing of it is taken. What was not looked at either is there for the next reader at once.
                input.AdvanceTo(read.Buffer.Start, isWhole ? read.Buffer.Start : read.Buffer.End);
                if (isWhole || read.IsCompleted)
                {
                    return isWhole;
                }
            }
        }
        catch (Exception e) when (e is OperationCanceledException or ConnectionResetException)
        {
            return false;
        }
    }
}
