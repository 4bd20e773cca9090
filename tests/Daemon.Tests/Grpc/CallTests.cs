using Daemon.Tests.Support;
using LayerStore;
using LayerStore.Daemon.Grpc;
using LayerStore.Daemon.Protos.Content;

namespace Daemon.Tests.Grpc;

/// <summary>Calls that are well-formed: what they give, and how they end.</summary>
public sealed class CallTests
{
    private const int Limit = 16 * 1024 * 1024;

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(100_000)]
    public async Task A_unary_call_gives_one_message_and_a_status(int length)
    {
        await using TestServer server = await TestServer.StartAsync(new EchoService());
        using WireClient client = new(server.Address);
        ReadContentResponse message = EchoService.Message(length);

        WireReply reply = await client.CallAsync(EchoService.Unary, message);

        Assert.Equal((200, GrpcStatus.Ok, "", false), (reply.HttpStatus, reply.Status, reply.Message, reply.IsTrailersOnly));
        Assert.Equal(message, reply.Only<ReadContentResponse>());
    }

    [Fact]
    public async Task Messages_of_16_MiB_pass_in_both_directions_and_a_byte_more_is_refused()
    {
        await using TestServer server = await TestServer.StartAsync(new EchoService());
        using WireClient client = new(server.Address);
        ReadContentResponse largest = EchoService.Message(Limit - 5);
        Assert.Equal(Limit, largest.CalculateSize());

        Assert.Equal(largest, (await client.CallAsync(EchoService.Unary, largest)).Only<ReadContentResponse>());
        WireReply tooLong = await client.CallAsync(EchoService.Unary, EchoService.Message(Limit - 4));
        Assert.Equal((GrpcStatus.ResourceExhausted, $"the request message has {Limit + 1} bytes, more than {Limit}"), (tooLong.Status, tooLong.Message));
        WireReply answerTooLong = await client.CallAsync(EchoService.Stream, new ReadContentRequest { Offset = 1, Size = Limit - 4 });
        Assert.Equal((GrpcStatus.ResourceExhausted, $"the response message has {Limit + 1} bytes, more than {Limit}"), (answerTooLong.Status, answerTooLong.Message));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(250)]
    public async Task A_stream_gives_messages_and_then_the_status(int count)
    {
        await using TestServer server = await TestServer.StartAsync(new EchoService());
        using WireClient client = new(server.Address);

        WireReply reply = await client.CallAsync(EchoService.Stream, new ReadContentRequest { Offset = count, Size = 10_000 });

        Assert.Equal((GrpcStatus.Ok, count), (reply.Status, reply.Messages.Count));
    }

    [Fact]
    public async Task Both_directions_go_on_at_the_same_time()
    {
        EchoService echo = new();
        await using TestServer server = await TestServer.StartAsync(echo);
        using WireClient client = new(server.Address);
        using PushContent body = new();
        Task<HttpResponseMessage> sending = client.SendAsync(EchoService.Duplex, body, CancellationToken.None);

        await body.SendAsync(WireClient.Frame(EchoService.Message(1)));
        using HttpResponseMessage response = await sending;
        await echo.Written.WaitAsync();
        await body.SendAsync(WireClient.Frame(EchoService.Message(2)));
        body.End();
        WireReply reply = await WireReply.ReadAsync(response);

        Assert.Equal([1, 2], reply.Messages.Select(message => ReadContentResponse.Parser.ParseFrom(message).Data.Length));
        Assert.Equal(GrpcStatus.Ok, reply.Status);
    }

    [Fact]
    public async Task A_client_that_ends_its_half_at_once_gets_a_status_from_a_stream()
    {
        await using TestServer server = await TestServer.StartAsync(new EchoService());
        using WireClient client = new(server.Address);

        WireReply reply = await client.CallAsync(EchoService.Duplex, []);

        Assert.Equal((GrpcStatus.Ok, 0), (reply.Status, reply.Messages.Count));
    }

    [Fact]
    public async Task A_handlers_own_status_and_text_arrive_whatever_the_text_holds()
    {
        const string Text = "100% «über» \n\t\"quoted\" 🙂";
        EchoService echo = new() { OnUnary = (_, _) => throw new GrpcException(GrpcStatus.Unavailable, Text) };
        await using TestServer server = await TestServer.StartAsync(echo);
        using WireClient client = new(server.Address);

        WireReply reply = await client.CallAsync(EchoService.Unary, EchoService.Message(1));

        Assert.Equal((GrpcStatus.Unavailable, Text, true), (reply.Status, reply.Message, reply.IsTrailersOnly));
    }

    [Fact]
    public async Task A_very_long_text_loses_its_end_and_not_the_call()
    {
        EchoService echo = new() { OnUnary = (_, _) => throw new GrpcException(GrpcStatus.NotFound, new string('ü', 1_000_000)) };
        await using TestServer server = await TestServer.StartAsync(echo);
        using WireClient client = new(server.Address);

        WireReply reply = await client.CallAsync(EchoService.Unary, EchoService.Message(1));

        Assert.Equal(GrpcStatus.NotFound, reply.Status);
        Assert.Equal(new string('ü', 2048), reply.Message);
    }

    [Theory]
    [InlineData(ErrorKind.Unknown, (int)GrpcStatus.Unknown)]
    [InlineData(ErrorKind.InvalidArgument, (int)GrpcStatus.InvalidArgument)]
    [InlineData(ErrorKind.NotFound, (int)GrpcStatus.NotFound)]
    [InlineData(ErrorKind.AlreadyExists, (int)GrpcStatus.AlreadyExists)]
    [InlineData(ErrorKind.FailedPrecondition, (int)GrpcStatus.FailedPrecondition)]
    [InlineData(ErrorKind.Aborted, (int)GrpcStatus.Aborted)]
    [InlineData(ErrorKind.OutOfRange, (int)GrpcStatus.OutOfRange)]
    [InlineData(ErrorKind.DataLoss, (int)GrpcStatus.DataLoss)]
    [InlineData(ErrorKind.Unauthenticated, (int)GrpcStatus.Unauthenticated)]
    [InlineData(ErrorKind.Unavailable, (int)GrpcStatus.Unavailable)]
    [InlineData(ErrorKind.PermissionDenied, (int)GrpcStatus.PermissionDenied)]
    [InlineData(ErrorKind.Unimplemented, (int)GrpcStatus.Unimplemented)]
    [InlineData(ErrorKind.ResourceExhausted, (int)GrpcStatus.ResourceExhausted)]
    public void Each_kind_of_error_has_its_status(ErrorKind kind, int status) => Assert.Equal((GrpcStatus)status, GrpcErrors.From(kind));

    [Fact]
    public void No_kind_of_error_is_forgotten() => Assert.All(
        Enum.GetValues<ErrorKind>().Where(kind => kind != ErrorKind.Unknown),
        kind => Assert.NotEqual(GrpcStatus.Unknown, GrpcErrors.From(kind)));

    [Fact]
    public async Task Of_a_defect_the_caller_learns_no_more_than_where_to_look()
    {
        EchoService echo = new() { OnUnary = (_, _) => throw new InvalidOperationException("secret inner detail") };
        ObserverLog log = new();
        await using TestServer server = await TestServer.StartAsync(log, echo);
        using WireClient client = new(server.Address);

        WireReply reply = await client.CallAsync(EchoService.Unary, EchoService.Message(1));

        (GrpcCall call, GrpcOutcome outcome) = log.Ended.Take();
        Assert.Equal((GrpcStatus.Internal, $"internal error; the daemon's log says more about request {call.RequestId}"), (reply.Status, reply.Message));
        Assert.Equal("secret inner detail", Assert.IsType<InvalidOperationException>(outcome.Error).Message);
    }

    [Fact]
    public async Task An_error_after_messages_is_a_trailer()
    {
        await using TestServer server = await TestServer.StartAsync(new FailingStream());
        using WireClient client = new(server.Address);

        WireReply reply = await client.CallAsync("/test.Failing/Stream", new ReadContentRequest());

        Assert.Equal((GrpcStatus.DataLoss, "damaged", false, 1), (reply.Status, reply.Message, reply.IsTrailersOnly, reply.Messages.Count));
    }

    [Fact]
    public async Task Many_calls_run_at_once_on_one_connection()
    {
        using SemaphoreSlim arrived = new(0);
        TaskCompletionSource go = new(TaskCreationOptions.RunContinuationsAsynchronously);
        EchoService echo = new()
        {
            OnUnary = async (request, _) =>
            {
                arrived.Release();
                await go.Task;
                return request;
            },
        };
        await using TestServer server = await TestServer.StartAsync(echo);
        using WireClient client = new(server.Address);

        // More than HTTP/2 servers commonly let run: none of them ends before the last one has begun.
        Task<WireReply>[] calls = [.. Enumerable.Range(0, 500).Select(i => client.CallAsync(EchoService.Unary, EchoService.Message(i)))];
        for (int i = 0; i < calls.Length; i++)
        {
            await arrived.WaitAsync();
        }

        go.SetResult();
        WireReply[] replies = await Task.WhenAll(calls);
        Assert.Equal(Enumerable.Range(0, 500), replies.Select(reply => reply.Only<ReadContentResponse>().Data.Length));
    }

    [Fact]
    public async Task A_connection_on_which_nothing_is_called_for_a_while_is_kept()
    {
        ObserverLog log = new();
        await using TestServer server = await TestServer.StartAsync(log, new EchoService());
        using WireClient client = new(server.Address);

        await client.CallAsync(EchoService.Unary, EchoService.Message(1));
        await Task.Delay(TimeSpan.FromSeconds(1.5)); // The web server looks at its timeouts once a second.
        await client.CallAsync(EchoService.Unary, EchoService.Message(1));

        Assert.Equal(ConnectionOf(log.Ended.Take().Call), ConnectionOf(log.Ended.Take().Call));

        static string ConnectionOf(GrpcCall call) => call.RequestId.Split(':')[0];
    }

    [Fact]
    public async Task A_handler_sees_its_calls_method_metadata_and_an_id_of_its_own()
    {
        ObserverLog log = new();
        EchoService echo = new()
        {
            OnUnary = (request, call) =>
            {
                call.Describe("key", call.Headers["x-key"].ToString());
                return Task.FromResult(request);
            },
        };
        await using TestServer server = await TestServer.StartAsync(log, echo);
        using WireClient client = new(server.Address);

        await client.CallAsync(EchoService.Unary, EchoService.Message(1), ("x-key", "value"));
        await client.CallAsync(EchoService.Unary, EchoService.Message(1));

        (GrpcCall first, GrpcOutcome outcome) = log.Ended.Take();
        (GrpcCall second, _) = log.Ended.Take();
        Assert.Equal((EchoService.Unary, null), (first.Method, first.Deadline));
        Assert.Equal([new KeyValuePair<string, string>("key", "value")], first.Subjects);
        Assert.Equal((GrpcStatus.Ok, null), (outcome.Status, outcome.Error));
        Assert.NotEqual(first.RequestId, second.RequestId);
    }

    private sealed class FailingStream : IGrpcService
    {
        public void Map(GrpcRoutes routes) => routes.ServerStream<ReadContentRequest, ReadContentResponse>("test.Failing", "Stream", async (_, responses, _) =>
        {
            await responses.WriteAsync(EchoService.Message(1));
            throw new LayerStoreException(ErrorKind.DataLoss, "damaged");
        });
    }
}
