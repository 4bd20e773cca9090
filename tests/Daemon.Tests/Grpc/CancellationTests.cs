using Daemon.Tests.Support;
using LayerStore.Daemon.Grpc;
using LayerStore.Daemon.Protos.Content;

namespace Daemon.Tests.Grpc;

/// <summary>Calls that nobody waits for any more: deadlines, clients that give up, clients that read slowly.</summary>
public sealed class CancellationTests
{
    private static readonly TimeSpan s_patience = TimeSpan.FromMinutes(1);

    [Fact]
    public async Task A_deadline_ends_a_handler_that_waits()
    {
        EchoService echo = new() { OnUnary = WaitAsync };
        ObserverLog log = new();
        await using TestServer server = await TestServer.StartAsync(log, echo);
        using WireClient client = new(server.Address);
        DateTimeOffset before = DateTimeOffset.UtcNow;

        WireReply reply = await client.CallAsync(EchoService.Unary, EchoService.Message(1), ("grpc-timeout", "50m"));

        Assert.Equal((GrpcStatus.DeadlineExceeded, "the deadline passed"), (reply.Status, reply.Message));
        Assert.InRange(log.Begun.Take().Deadline!.Value, before + TimeSpan.FromMilliseconds(50), DateTimeOffset.UtcNow + TimeSpan.FromMilliseconds(50));
    }

    [Fact]
    public async Task A_deadline_ends_a_handler_that_waits_for_requests()
    {
        await using TestServer server = await TestServer.StartAsync(new EchoService());
        using WireClient client = new(server.Address);
        using PushContent body = new();

        using HttpResponseMessage response = await client.SendAsync(EchoService.Duplex, body, CancellationToken.None, ("grpc-timeout", "50000u"));
        WireReply reply = await WireReply.ReadAsync(response);
        body.End();

        Assert.Equal(GrpcStatus.DeadlineExceeded, reply.Status);
    }

    [Theory]
    [InlineData("1H", 3600_000)]
    [InlineData("99999999H", 359_999_996_400_000)]
    [InlineData("1M", 60_000)]
    [InlineData("2S", 2_000)]
    [InlineData("3m", 3)]
    [InlineData("4000u", 4)]
    [InlineData("5000000n", 5)]
    [InlineData("00000001S", 1_000)]
    public void A_timeout_is_digits_and_a_unit(string text, long milliseconds)
    {
        Assert.True(GrpcTimeout.TryParse(text, out TimeSpan timeout));
        Assert.Equal(TimeSpan.FromMilliseconds(milliseconds), timeout);
    }

    [Theory]
    [InlineData("")]
    [InlineData("S")]
    [InlineData("1")]
    [InlineData("1s")]
    [InlineData("-1S")]
    [InlineData(" 1S")]
    [InlineData("1 S")]
    [InlineData("1.5S")]
    [InlineData("0x1S")]
    [InlineData("123456789S")]
    public void Anything_else_is_no_timeout(string text) => Assert.False(GrpcTimeout.TryParse(text, out _));

    [Fact]
    public async Task A_malformed_timeout_is_refused_and_a_very_long_one_is_none()
    {
        await using TestServer server = await TestServer.StartAsync(new EchoService());
        using WireClient client = new(server.Address);

        WireReply malformed = await client.CallAsync(EchoService.Unary, EchoService.Message(1), ("grpc-timeout", "soon"));
        WireReply endless = await client.CallAsync(EchoService.Unary, EchoService.Message(1), ("grpc-timeout", "99999999H"));

        Assert.Equal((GrpcStatus.Internal, "malformed grpc-timeout \"soon\""), (malformed.Status, malformed.Message));
        Assert.Equal(GrpcStatus.Ok, endless.Status);
    }

    [Fact]
    public async Task A_client_that_gives_up_cancels_the_handlers_token()
    {
        TaskCompletionSource began = new(TaskCreationOptions.RunContinuationsAsynchronously);
        EchoService echo = new()
        {
            OnUnary = (request, call) =>
            {
                began.SetResult();
                return WaitAsync(request, call);
            },
        };
        ObserverLog log = new();
        await using TestServer server = await TestServer.StartAsync(log, echo);
        using WireClient client = new(server.Address);
        using CancellationTokenSource giveUp = new();
        Task<HttpResponseMessage> sending = client.SendAsync(
            EchoService.Unary, new ByteArrayContent(WireClient.Frame(EchoService.Message(1))), giveUp.Token);
        await began.Task;

        await giveUp.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => sending);
        Assert.True(log.Ended.TryTake(out var end, s_patience));
        Assert.Equal((GrpcStatus.Cancelled, true), (end.Outcome.Status, end.Outcome.Error is OperationCanceledException));
    }

    [Fact]
    public async Task A_client_that_goes_away_while_it_is_waited_for_ends_the_handler()
    {
        EchoService echo = new();
        ObserverLog log = new();
        await using TestServer server = await TestServer.StartAsync(log, echo);
        using PushContent body = new();
        using (WireClient client = new(server.Address))
        {
            Task<HttpResponseMessage> sending = client.SendAsync(EchoService.Duplex, body, CancellationToken.None);
            await body.SendAsync(WireClient.Frame(EchoService.Message(1)));
            using HttpResponseMessage response = await sending;
        }

        Assert.True(log.Ended.TryTake(out var end, s_patience));
        Assert.Equal(GrpcStatus.Cancelled, end.Outcome.Status);
        Assert.IsAssignableFrom<OperationCanceledException>(echo.Ended.Take());
        body.End();
    }

    [Fact]
    public async Task A_handler_is_no_faster_than_its_reader_and_ends_with_it()
    {
        EchoService echo = new();
        ObserverLog log = new();
        await using TestServer server = await TestServer.StartAsync(log, echo);
        using WireClient client = new(server.Address);
        const int Chunk = 1 << 20;

        // Of an endless stream nothing is read but its beginning: some megabytes are on their way, and then the handler waits.
        HttpResponseMessage response = await client.SendAsync(
            EchoService.Stream, new ByteArrayContent(WireClient.Frame(new ReadContentRequest { Size = Chunk })), CancellationToken.None);
        int written = 0;
        while (await echo.Written.WaitAsync(TimeSpan.FromMilliseconds(500)))
        {
            Assert.InRange(++written, 0, 100);
        }

        response.Dispose();
        Assert.True(log.Ended.TryTake(out var end, s_patience));
        Assert.Equal(GrpcStatus.Cancelled, end.Outcome.Status);
    }

    private static async Task<ReadContentResponse> WaitAsync(ReadContentResponse request, GrpcCall call)
    {
        await Task.Delay(Timeout.Infinite, call.Cancelled);
        return request;
    }
}
