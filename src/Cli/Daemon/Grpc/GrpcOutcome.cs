namespace LayerStore.Daemon.Grpc;

/// <summary>How a call ended.</summary>
/// <param name="Status">What the caller was told, or would have been if it still listened.</param>
/// <param name="Message">The same in words; empty with <see cref="GrpcStatus.Ok"/>.</param>
/// <param name="Duration">From the request's headers to here.</param>
/// <param name="Error">What the handler threw, or null. The caller was not told more of it than <paramref name="Message"/>.</param>
internal readonly record struct GrpcOutcome(GrpcStatus Status, string Message, TimeSpan Duration, Exception? Error);
