using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Text;
using Daemon.Tests.Support;
using FsCheck;
using FsCheck.Fluent;
using LayerStore.Daemon.Grpc;

namespace Daemon.Tests.Grpc;

/// <summary>Requests that are not what the protocol says: each gets an error, and the server goes on.</summary>
public sealed class MalformedTests
{
    [Theory]
    [InlineData("/test.Echo/Nothing")]
    [InlineData("/test.Nothing/Unary")]
    [InlineData("/test.echo/unary")]
    [InlineData("/")]
    [InlineData("/test.Echo/Unary/")]
    public async Task An_unknown_method_is_Unimplemented(string path)
    {
        WireReply reply = await CallAsync(path, WireClient.Frame(EchoService.Message(1)));

        Assert.Equal((200, GrpcStatus.Unimplemented, $"unknown method {path}", true), (reply.HttpStatus, reply.Status, reply.Message, reply.IsTrailersOnly));
    }

    [Theory]
    [InlineData("text/plain")]
    [InlineData("application/json")]
    [InlineData("application/grpcx")]
    public async Task Another_content_type_is_an_error_of_HTTP(string type)
    {
        ByteArrayContent body = new(WireClient.Frame(EchoService.Message(1)));
        body.Headers.ContentType = new MediaTypeHeaderValue(type);

        WireReply reply = await CallAsync(EchoService.Unary, body);

        Assert.Equal((415, null), (reply.HttpStatus, reply.Status));
    }

    [Theory]
    [InlineData("application/grpc+proto")]
    [InlineData("application/grpc;charset=utf-8")]
    public async Task The_content_type_may_say_more(string type)
    {
        ByteArrayContent body = new(WireClient.Frame(EchoService.Message(1)));
        body.Headers.ContentType = MediaTypeHeaderValue.Parse(type);

        Assert.Equal(GrpcStatus.Ok, (await CallAsync(EchoService.Unary, body)).Status);
    }

    [Fact]
    public async Task A_message_that_is_marked_as_compressed_and_does_not_say_how_is_refused()
    {
        WireReply reply = await CallAsync(EchoService.Unary, WireClient.Frame([1, 2, 3], flag: 1));

        Assert.Equal(GrpcStatus.Internal, reply.Status);
        Assert.Contains("compressed", reply.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_compression_is_Unimplemented_and_identity_is_none()
    {
        WireReply gzip = await CallAsync(EchoService.Unary, WireClient.Frame(EchoService.Message(1)), ("grpc-encoding", "gzip"));
        WireReply identity = await CallAsync(EchoService.Unary, WireClient.Frame(EchoService.Message(1)), ("grpc-encoding", "identity"));

        Assert.Equal((GrpcStatus.Unimplemented, GrpcStatus.Ok), (gzip.Status, identity.Status));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(4)]
    [InlineData(5)]
    [InlineData(1000)]
    public async Task A_request_that_ends_within_a_message_is_refused(int length)
    {
        byte[] whole = WireClient.Frame(EchoService.Message(2000));
        string[] paths = [EchoService.Unary, EchoService.Duplex];
        foreach (string path in paths)
        {
            WireReply reply = await CallAsync(path, whole[..length]);
            Assert.Equal((GrpcStatus.Internal, "the request ends within a message"), (reply.Status, reply.Message));
        }
    }

    [Theory]
    [InlineData(uint.MaxValue)]
    [InlineData(0x8000_0000)]
    [InlineData((uint)GrpcBody.MaxMessageSize + 1)]
    public async Task A_length_beyond_the_limit_is_refused_before_its_bytes_come(uint length)
    {
        await using TestServer server = await TestServer.StartAsync(new EchoService());
        using WireClient client = new(server.Address);
        using PushContent body = new();
        Task<HttpResponseMessage> sending = client.SendAsync(EchoService.Unary, body, CancellationToken.None);
        await body.SendAsync([0, (byte)(length >> 24), (byte)(length >> 16), (byte)(length >> 8), (byte)length]);

        using HttpResponseMessage response = await sending;
        Assert.Equal(GrpcStatus.ResourceExhausted, (await WireReply.ReadAsync(response)).Status);
        body.End();
    }

    [Fact]
    public async Task A_method_with_one_request_takes_neither_none_nor_two()
    {
        byte[] one = WireClient.Frame(EchoService.Message(1));

        Assert.Equal(GrpcStatus.Unimplemented, (await CallAsync(EchoService.Unary, [])).Status);
        Assert.Equal(GrpcStatus.Unimplemented, (await CallAsync(EchoService.Unary, [.. one, .. one])).Status);
    }

    [Theory]
    [InlineData(new byte[] { 0x12, 0x05, 1 })]
    [InlineData(new byte[] { 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff })]
    [InlineData(new byte[] { 0x00 })]
    [InlineData(new byte[] { 0x0b })]
    public async Task Bytes_that_are_no_message_are_refused(byte[] bytes)
    {
        WireReply reply = await CallAsync(EchoService.Unary, WireClient.Frame(bytes));

        Assert.Equal(GrpcStatus.Internal, reply.Status);
        Assert.StartsWith("the request message is malformed: ", reply.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Unknown_fields_are_left_alone()
    {
        // Field 100, a number: as a newer client may send it.
        WireReply reply = await CallAsync(EchoService.Unary, WireClient.Frame([0xa0, 0x06, 0x01]));

        Assert.Equal(GrpcStatus.Ok, reply.Status);
    }

    [Fact]
    public async Task Whatever_bytes_come_every_call_ends_with_a_status_and_the_next_one_is_answered()
    {
        await using TestServer server = await TestServer.StartAsync(new EchoService());
        using WireClient client = new(server.Address);
        Gen<byte[]> anyBytes = ArbMap.Default.GeneratorFor<byte[]>();
        Gen<byte[]> nearlyRight = anyBytes.Select(bytes => WireClient.Frame(bytes));
        foreach (byte[] body in Gen.OneOf(anyBytes, nearlyRight).Sample(300, 60))
        {
            foreach (string path in (string[])[EchoService.Unary, EchoService.Duplex])
            {
                Assert.NotNull((await client.CallAsync(path, body)).Status);
            }
        }

        Assert.Equal(GrpcStatus.Ok, (await client.CallAsync(EchoService.Unary, EchoService.Message(1))).Status);
    }

    [Theory]
    [InlineData("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n")]
    [InlineData("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\nand then no frames but noise, more of it than a header has")]
    [InlineData("a line of something else, as long as the preface\r\n")]
    public async Task A_connection_that_does_not_speak_HTTP_2_is_closed_and_others_go_on(string noise)
    {
        await using TestServer server = await TestServer.StartAsync(new EchoService());
        using WireClient client = new(server.Address);
        using Socket socket = await ConnectAsync(server, noise);

        await ReadToEndAsync(socket);
        Assert.Equal(GrpcStatus.Ok, (await client.CallAsync(EchoService.Unary, EchoService.Message(1))).Status);
    }

    [Theory]
    [InlineData("")]
    [InlineData("\0\0\0\0")]
    [InlineData("PRI * HTTP/2.0\r\n\r\nSM\r\n\r")]
    public async Task A_connection_on_which_the_preface_does_not_come_in_time_is_closed_and_others_go_on(string beginning)
    {
        ManualTimers clock = new();
        await using TestServer server = await TestServer.StartAsync(null, clock, new EchoService());
        using Socket socket = await ConnectAsync(server, beginning);
        ManualTimers.ManualTimer limit = await clock.NextAsync();
        Assert.Equal(TimeSpan.FromSeconds(10), limit.DueTime);
        using WireClient client = new(server.Address);
        Assert.Equal(GrpcStatus.Ok, (await client.CallAsync(EchoService.Unary, EchoService.Message(1))).Status);

        clock.Elapse(limit);

        await ReadToEndAsync(socket);
        Assert.Equal(GrpcStatus.Ok, (await client.CallAsync(EchoService.Unary, EchoService.Message(1))).Status);
    }

    [Fact]
    public async Task A_preface_may_come_in_pieces()
    {
        await using TestServer server = await TestServer.StartAsync(new EchoService());
        using Socket socket = await ConnectAsync(server, "PRI * HTTP");
        await Task.Yield();
        await socket.SendAsync("/2.0\r\n\r\nSM\r\n\r\n"u8.ToArray());

        // Its answer begins with a frame of settings (RFC 9113, 6.5): a length of three bytes, then the type.
        byte[] answer = new byte[4];
        using CancellationTokenSource patience = new(TimeSpan.FromMinutes(1));
        Assert.Equal(4, await socket.ReceiveAsync(answer, patience.Token));
        Assert.Equal(4, answer[3]);
    }

    /// <summary>A client could else have a gigabyte kept for each sixty-four of its streams.</summary>
    [Fact]
    public async Task Messages_that_are_announced_and_do_not_come_have_a_limit_together()
    {
        await using TestServer server = await TestServer.StartAsync(new EchoService());
        using WireClient client = new(server.Address);
        int count = (int)(UnfinishedMessages.MaxSize / GrpcBody.MaxMessageSize) + 1;
        PushContent[] bodies = [.. Enumerable.Range(0, count).Select(_ => new PushContent())];
        List<Task<HttpResponseMessage>> sending = [];
        foreach (PushContent body in bodies)
        {
            sending.Add(client.SendAsync(EchoService.Duplex, body, CancellationToken.None));
            await body.SendAsync([0, GrpcBody.MaxMessageSize >> 24, 0xff & (GrpcBody.MaxMessageSize >> 16), 0, 0]);
        }

        using HttpResponseMessage refused = await await Task.WhenAny(sending);
        Assert.Equal(GrpcStatus.ResourceExhausted, (await WireReply.ReadAsync(refused)).Status);

        // What they held is free again when they end.
        Array.ForEach(bodies, body => body.End());
        Assert.Equal(count - 1, (await Task.WhenAll(sending.Select(ReadAsync))).Count(status => status == GrpcStatus.Internal));
        Assert.Equal(GrpcStatus.Ok, (await client.CallAsync(EchoService.Unary, EchoService.Message(10 << 20))).Status);

        static async Task<GrpcStatus?> ReadAsync(Task<HttpResponseMessage> sent)
        {
            using HttpResponseMessage response = await sent;
            return (await WireReply.ReadAsync(response)).Status;
        }
    }

    [Fact]
    public async Task Connections_beyond_the_limit_are_closed_and_the_others_go_on()
    {
        await using TestServer server = await TestServer.StartAsync(new EchoService());
        using WireClient client = new(server.Address);
        Assert.Equal(GrpcStatus.Ok, (await client.CallAsync(EchoService.Unary, EchoService.Message(1))).Status);
        List<Socket> sockets = [];
        try
        {
            using CancellationTokenSource patience = new(TimeSpan.FromMinutes(1));
            for (int i = 0; i < GrpcServer.MaxConnections; i++)
            {
                // Blocking: a connection waits for its place while the server's backlog is full.
                sockets.Add(new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified));
                sockets[^1].Connect(new UnixDomainSocketEndPoint(server.Address));
            }

            // The server answers the preface with its settings (RFC 9113, 3.4), but for the one that is too many, whichever that is.
            int[] lengths = await Task.WhenAll(sockets.Select(socket => GreetAsync(socket, patience.Token)));
            Assert.Single(lengths, 0);
            Assert.Equal(GrpcStatus.Ok, (await client.CallAsync(EchoService.Unary, EchoService.Message(1))).Status);
        }
        finally
        {
            sockets.ForEach(socket => socket.Dispose());
        }

        static async Task<int> GreetAsync(Socket socket, CancellationToken patience)
        {
            try
            {
                await socket.SendAsync(Encoding.ASCII.GetBytes("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"), patience);
                return await socket.ReceiveAsync(new byte[16], patience);
            }
            catch (SocketException)
            {
                return 0;
            }
        }
    }

    private static async Task<Socket> ConnectAsync(TestServer server, string first)
    {
        Socket socket = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        await socket.ConnectAsync(new UnixDomainSocketEndPoint(server.Address));
        await socket.SendAsync(Encoding.ASCII.GetBytes(first));
        return socket;
    }

    private static async Task ReadToEndAsync(Socket socket)
    {
        using CancellationTokenSource patience = new(TimeSpan.FromMinutes(1));
        byte[] answer = new byte[1024];
        try
        {
            while (await socket.ReceiveAsync(answer, patience.Token) > 0)
            {
            }
        }
        catch (SocketException e) when (e.SocketErrorCode is SocketError.ConnectionReset or SocketError.Shutdown)
        {
        }
    }

    private static Task<WireReply> CallAsync(string path, byte[] body, params (string Name, string Value)[] headers) =>
        CallAsync(path, new ByteArrayContent(body), headers);

    private static async Task<WireReply> CallAsync(string path, HttpContent body, params (string Name, string Value)[] headers)
    {
        await using TestServer server = await TestServer.StartAsync(new EchoService());
        using WireClient client = new(server.Address);
        WireReply reply = await client.CallAsync(path, body, headers);

        // Whatever it was, the server goes on.
        Assert.Equal(GrpcStatus.Ok, (await client.CallAsync(EchoService.Unary, EchoService.Message(1))).Status);
        return reply;
    }
}
