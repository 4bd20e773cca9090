using LayerStore.Daemon.Grpc;
using Snapshotter;

namespace LayerStore.Daemon.Services;

/// <summary>containerd's content service, version 1: messages to and from the content store.</summary>
internal sealed class ContentService(Store store) : IGrpcService
{
    /// <inheritdoc/>
    public void Map(GrpcRoutes routes) => ArgumentNullException.ThrowIfNull(store);
}
