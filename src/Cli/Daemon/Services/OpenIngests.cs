using System.Collections.Concurrent;
using LayerStore.Content;
using LayerStore.Daemon.Grpc;

namespace LayerStore.Daemon.Services;

/// <summary>The ingests that calls of this daemon write, so that another call can end one of them.</summary>
internal sealed class OpenIngests
{
    // A call that has ended frees its reference a moment after its client knows. containerd's own store waits about as long.
    private static readonly TimeSpan s_patience = TimeSpan.FromMilliseconds(250);

    private readonly ConcurrentDictionary<string, CancellationTokenSource> _open = new(StringComparer.Ordinal);

    /// <summary>Notes a writer, which holds its reference, until <see cref="Remove"/>; it ends when the source is cancelled.</summary>
    public void Add(string reference, CancellationTokenSource abort) => _open[reference] = abort;

    /// <summary>The writer is about to free its reference.</summary>
    public void Remove(string reference) => _open.TryRemove(reference, out _);

    /// <summary>Begins or resumes an ingest.</summary>
    /// <exception cref="GrpcException">Unavailable: another writer has it, and keeps it.</exception>
    public static async Task<IngestWriter> BeginAsync(IContentStore content, string reference, ExpectedBlob expected, CancellationToken cancellationToken)
    {
        // Only a lock that another one has is waited for: a slow disk is no other writer.
        long until = Environment.TickCount64 + (long)s_patience.TotalMilliseconds;
        while (true)
        {
            try
            {
                return await content.BeginIngestAsync(reference, expected, wait: false, cancellationToken).ConfigureAwait(false);
            }
            catch (LayerStoreException e) when (e.Kind == ErrorKind.Aborted)
            {
                if (Environment.TickCount64 >= until)
                {
                    throw new GrpcException(GrpcStatus.Unavailable, $"ingest \"{Printable.Text(reference)}\" is locked: another writer has it");
                }
            }

            await Task.Delay(10, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Drops an ingest; a call of this daemon that writes it ends.</summary>
    /// <exception cref="LayerStoreException"><see cref="ErrorKind.NotFound"/>: no such ingest; <see cref="ErrorKind.Aborted"/>: another process writes it.</exception>
    public async Task AbortAsync(IContentStore content, string reference, CancellationToken cancellationToken)
    {
        long until = Environment.TickCount64 + (long)s_patience.TotalMilliseconds;
        while (true)
        {
            if (_open.TryGetValue(reference, out CancellationTokenSource? abort))
            {
                await EndAsync(abort).ConfigureAwait(false);
            }

            try
            {
                await content.AbortIngestAsync(reference, cancellationToken).ConfigureAwait(false);
                return;
            }
            catch (LayerStoreException e) when (e.Kind == ErrorKind.Aborted && Environment.TickCount64 < until)
            {
                await Task.Delay(10, cancellationToken).ConfigureAwait(false);
            }
        }
    }

    private static async Task EndAsync(CancellationTokenSource abort)
    {
        try
        {
            await abort.CancelAsync().ConfigureAwait(false);
        }
        catch (ObjectDisposedException)
        {
            // Its call has just ended by itself.
        }
    }
}
