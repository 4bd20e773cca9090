using LayerStore.Daemon.Protos.Health;
using static LayerStore.Daemon.Protos.Health.HealthCheckResponse.Types;

namespace LayerStore.Daemon.Grpc;

/// <summary>gRPC's health checks: whether the server, or one of its services by its full name, serves.</summary>
internal sealed class HealthService : IGrpcService
{
    private const string Name = "grpc.health.v1.Health";

    private GrpcRoutes? _routes;
    private volatile State _state = new(ServingStatus.Serving);

    /// <inheritdoc/>
    public void Map(GrpcRoutes routes)
    {
        _routes = routes;
        routes.Unary<HealthCheckRequest, HealthCheckResponse>(Name, "Check", (request, _) => Task.FromResult(Check(request)));
        routes.ServerStream<HealthCheckRequest, HealthCheckResponse>(Name, "Watch", WatchAsync);
    }

    /// <summary>Says, to those who watch as well, that no more calls are taken.</summary>
    public void Stop()
    {
        State before = _state;
        _state = new State(ServingStatus.NotServing);
        before.Changed.TrySetResult();
    }

    private HealthCheckResponse Check(HealthCheckRequest request) => Serves(request.Service)
        ? new HealthCheckResponse { Status = _state.Status }
        : throw new GrpcException(GrpcStatus.NotFound, $"no service \"{Printable.Text(request.Service)}\"");

    private async Task WatchAsync(HealthCheckRequest request, GrpcWriter<HealthCheckResponse> responses, GrpcCall call)
    {
        bool isKnown = Serves(request.Service);
        while (true)
        {
            State state = _state;
            await responses.WriteAsync(new HealthCheckResponse { Status = isKnown ? state.Status : ServingStatus.ServiceUnknown }).ConfigureAwait(false);
            if (state.Status == ServingStatus.NotServing)
            {
                return; // There is nothing more to come, and the server waits for open calls.
            }

            await state.Changed.Task.WaitAsync(call.Cancelled).ConfigureAwait(false);
        }
    }

    private bool Serves(string service) => service.Length == 0 || _routes!.Services.Contains(service);

    /// <summary>A status, until it changes.</summary>
    private sealed record State(ServingStatus Status)
    {
        public TaskCompletionSource Changed { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
