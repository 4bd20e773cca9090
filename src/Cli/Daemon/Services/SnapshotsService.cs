using LayerStore.Daemon.Grpc;
using Snapshotter;

namespace LayerStore.Daemon.Services;

/// <summary>containerd's snapshots service, version 1: messages to and from the snapshotter.</summary>
internal sealed class SnapshotsService(Store store) : IGrpcService
{
    /// <inheritdoc/>
    public void Map(GrpcRoutes routes) => ArgumentNullException.ThrowIfNull(store);
}
