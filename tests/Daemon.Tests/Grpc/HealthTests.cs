using Daemon.Tests.Support;
using LayerStore.Daemon.Grpc;
using LayerStore.Daemon.Protos.Health;
using static LayerStore.Daemon.Protos.Health.HealthCheckResponse.Types;

namespace Daemon.Tests.Grpc;

public sealed class HealthTests
{
    private const string Check = "/grpc.health.v1.Health/Check";
    private const string Watch = "/grpc.health.v1.Health/Watch";

    [Theory]
    [InlineData("")]
    [InlineData("grpc.health.v1.Health")]
    public async Task The_server_and_each_service_serve(string service)
    {
        await using TestServer server = await TestServer.StartAsync(new HealthService());
        using WireClient client = new(server.Address);

        WireReply reply = await client.CallAsync(Check, new HealthCheckRequest { Service = service });

        Assert.Equal(ServingStatus.Serving, reply.Only<HealthCheckResponse>().Status);
    }

    [Fact]
    public async Task A_service_that_is_not_there_is_not_found()
    {
        await using TestServer server = await TestServer.StartAsync(new HealthService());
        using WireClient client = new(server.Address);

        WireReply reply = await client.CallAsync(Check, new HealthCheckRequest { Service = "no.Such" });

        Assert.Equal((GrpcStatus.NotFound, "no service \"no.Such\""), (reply.Status, reply.Message));
    }

    [Fact]
    public async Task Who_watches_sees_the_end_and_the_watch_ends_with_it()
    {
        HealthService health = new();
        await using TestServer server = await TestServer.StartAsync(health);
        using WireClient client = new(server.Address);

        using HttpResponseMessage response = await client.SendAsync(
            Watch, new ByteArrayContent(WireClient.Frame(new HealthCheckRequest())), CancellationToken.None);
        health.Stop();
        WireReply reply = await WireReply.ReadAsync(response);

        Assert.Equal(
            [ServingStatus.Serving, ServingStatus.NotServing],
            reply.Messages.Select(message => HealthCheckResponse.Parser.ParseFrom(message).Status));
        Assert.Equal(GrpcStatus.Ok, reply.Status);
        Assert.Equal(ServingStatus.NotServing, (await client.CallAsync(Check, new HealthCheckRequest())).Only<HealthCheckResponse>().Status);
    }
}
