using LayerStore.Daemon.Grpc;
using Snapshotter;

namespace LayerStore.Daemon.Services;

/// <summary>containerd's diff service, version 1: layers applied to mounts, and made of them.</summary>
internal sealed class DiffService(Store store) : IGrpcService
{
    /// <inheritdoc/>
    public void Map(GrpcRoutes routes) => ArgumentNullException.ThrowIfNull(store);
}
