using LayerStore.Content;

namespace LayerStore.Leases;

/// <summary>
/// What one piece of work in this process keeps from the collector, from its first byte until an image or a snapshot refers to it.
/// </summary>
/// <remarks>
/// <para>Name what is about to be stored, or to be relied on, by <see cref="KeepAsync"/>; then look whether it is there, and store what is not.
/// What was found before it was kept may be gone by then.</para>
/// <para>It ends with <see cref="DisposeAsync"/>, with the image that is put with it, or with the process: a lock that the kernel frees tells that its
/// process is dead, so that what a killed one left can be collected at once. While the process lives, the lease is renewed; one that is
/// stopped for an hour loses it, and cannot name what it stored.</para>
/// <para>On a read-only store it keeps nothing.</para>
/// </remarks>
public sealed class WorkLease : IAsyncDisposable
{
    private readonly LeaseStore _leases;
    private readonly StoreLock? _held;
    private readonly string? _holder;
    private readonly SemaphoreSlim _gate = new(1, 1);
    private readonly ITimer? _timer;
    private volatile bool _isWritten;
    private bool _isDisposed;

    internal WorkLease(LeaseStore leases, string id, StoreLock? held, string? holder, TimeProvider time)
    {
        _leases = leases;
        _held = held;
        _holder = holder;
        Id = id;
        TimeSpan period = LeaseStore.WorkLifetime / 4;
        _timer = held is null ? null : time.CreateTimer(_ => Renew(), state: null, period, period);
    }

    /// <summary>The lease's id.</summary>
    public string Id { get; }

    /// <summary>Keeps more things, all of them or none. A collection that is under way ends first.</summary>
    /// <exception cref="LayerStoreException"><see cref="ErrorKind.Aborted"/>: this process was stopped for so long that the lease expired.</exception>
    public async Task KeepAsync(IReadOnlyCollection<LeaseResource> resources, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(resources);
        if (_holder is null || resources.Count == 0)
        {
            return;
        }

        await _gate.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            await _leases.HoldAsync(Id, _holder, isNew: !_isWritten, resources, cancellationToken).ConfigureAwait(false);
            _isWritten = true;
        }
        finally
        {
            _gate.Release();
        }
    }

    /// <summary>Ends it: what it kept goes with the next collection, unless something else keeps it.</summary>
    public async ValueTask DisposeAsync()
    {
        if (_isDisposed)
        {
            return;
        }

        _isDisposed = true;
        if (_timer is not null)
        {
            await _timer.DisposeAsync().ConfigureAwait(false);
        }

        try
        {
            if (_isWritten)
            {
                _leases.End(Id);
            }

            if (_holder is not null)
            {
                _leases.DeleteLock(_holder);
            }
        }
        catch (LayerStoreException)
        {
            // A full disk, say. Once its lock is free it counts for nothing, and the next collection removes what is left of it.
        }

        _held?.Dispose();
        _gate.Dispose();
    }

    /// <summary>Whether there is a record that must still be there when what it keeps is named.</summary>
    internal bool IsWritten => _isWritten;

    private void Renew()
    {
        try
        {
            if (_isWritten)
            {
                _leases.Renew(Id);
            }
        }
        catch (Exception e) when (e is LayerStoreException or ObjectDisposedException)
        {
            // The next one may succeed; if not, naming what was stored fails.
        }
    }
}
