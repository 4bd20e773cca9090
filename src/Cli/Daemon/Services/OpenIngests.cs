using System.Collections.Concurrent;
using LayerStore.Content;

namespace LayerStore.Daemon.Services;

/// <summary>The ingests that calls of this daemon write, so that another call can end one of them.</summary>
internal sealed class OpenIngests
{
    private readonly ConcurrentDictionary<string, CancellationTokenSource> _open = new(StringComparer.Ordinal);

    /// <summary>Notes a writer, which holds its reference, until <see cref="Remove"/>; it ends when the source is cancelled.</summary>
    public void Add(string reference, CancellationTokenSource abort) => _open[reference] = abort;

    /// <summary>The writer is about to free its reference.</summary>
    public void Remove(string reference) => _open.TryRemove(reference, out _);

    /// <summary>Drops an ingest; a call of this daemon that writes it ends.</summary>
    /// <exception cref="LayerStoreException"><see cref="ErrorKind.NotFound"/>: no such ingest; <see cref="ErrorKind.Aborted"/>: another process writes it, and does not end soon.</exception>
    public async Task AbortAsync(IContentStore content, string reference, CancellationToken cancellationToken)
    {
        if (_open.TryGetValue(reference, out CancellationTokenSource? abort))
        {
            await EndAsync(abort).ConfigureAwait(false);
        }

        await content.AbortIngestAsync(reference, cancellationToken).ConfigureAwait(false);
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
