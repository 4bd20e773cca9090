using Microsoft.Extensions.Hosting;

namespace LayerStore.Daemon.Hosting;

/// <summary>Keeps the web server from listening to signals: <see cref="StopSignals"/> does.</summary>
internal sealed class NoLifetime : IHostLifetime
{
    /// <inheritdoc/>
    public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc/>
    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
