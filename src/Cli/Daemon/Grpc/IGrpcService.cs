namespace LayerStore.Daemon.Grpc;

/// <summary>A service that is called over gRPC.</summary>
internal interface IGrpcService
{
    /// <summary>Names the service's methods and what handles each. Called once, before the first call.</summary>
    /// <remarks>
    /// A handler runs on the thread pool, many at once. It throws <see cref="GrpcException"/> for a status of its choice and
    /// <see cref="LayerStoreException"/> for the one of its kind; of anything else the caller learns no more than that it happened.
    /// </remarks>
    void Map(GrpcRoutes routes);
}
