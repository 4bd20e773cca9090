using System.Collections.Concurrent;
using Google.Protobuf;
using LayerStore.Daemon.Grpc;
using LayerStore.Daemon.Protos.Content;

namespace Daemon.Tests.Support;

/// <summary>One method of each shape, with messages that carry bytes; and what handlers saw.</summary>
internal sealed class EchoService : IGrpcService
{
    public const string Name = "test.Echo";
    public const string Unary = "/test.Echo/Unary";
    public const string Stream = "/test.Echo/Stream";
    public const string Duplex = "/test.Echo/Duplex";

    /// <summary>What a unary call does instead of sending its request back.</summary>
    public Func<ReadContentResponse, GrpcCall, Task<ReadContentResponse>> OnUnary { get; init; } = (request, _) => Task.FromResult(request);

    /// <summary>Released for each message that the streams have written.</summary>
    public SemaphoreSlim Written { get; } = new(0);

    /// <summary>The exceptions with which streams ended.</summary>
    public BlockingCollection<Exception> Ended { get; } = [];

    public void Map(GrpcRoutes routes)
    {
        routes.Unary<ReadContentResponse, ReadContentResponse>(Name, "Unary", (request, call) => OnUnary(request, call));
        routes.ServerStream<ReadContentRequest, ReadContentResponse>(Name, "Stream", StreamAsync);
        routes.Duplex<ReadContentResponse, ReadContentResponse>(Name, "Duplex", DuplexAsync);
    }

    /// <summary>A message with this many bytes of data.</summary>
    public static ReadContentResponse Message(int length) => new() { Data = ByteString.CopyFrom(new byte[length]) };

    // Sends messages without end, or as many as the request's offset says, each of as many bytes as its size says.
    private async Task StreamAsync(ReadContentRequest request, GrpcWriter<ReadContentResponse> responses, GrpcCall call)
    {
        try
        {
            for (long i = 0; request.Offset == 0 || i < request.Offset; i++)
            {
                await responses.WriteAsync(Message((int)request.Size));
                Written.Release();
            }
        }
        catch (Exception e)
        {
            Ended.Add(e);
            throw;
        }
    }

    // Sends each message back.
    private async Task DuplexAsync(GrpcReader<ReadContentResponse> requests, GrpcWriter<ReadContentResponse> responses, GrpcCall call)
    {
        try
        {
            while (await requests.ReadAsync() is { } request)
            {
                await responses.WriteAsync(request);
                Written.Release();
            }
        }
        catch (Exception e)
        {
            Ended.Add(e);
            throw;
        }
    }
}
