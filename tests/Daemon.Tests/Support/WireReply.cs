using System.Buffers.Binary;
using System.Globalization;
using System.Net.Http.Headers;
using Google.Protobuf;
using LayerStore.Daemon.Grpc;

namespace Daemon.Tests.Support;

/// <summary>The whole answer to a call.</summary>
/// <param name="HttpStatus">The status of HTTP.</param>
/// <param name="Status">The status of gRPC; null if none was sent.</param>
/// <param name="Message">The message beside it, decoded.</param>
/// <param name="IsTrailersOnly">Whether the status stood in the only header block.</param>
/// <param name="Messages">The messages.</param>
internal sealed record WireReply(int HttpStatus, GrpcStatus? Status, string Message, bool IsTrailersOnly, IReadOnlyList<byte[]> Messages)
{
    /// <summary>The one message of a call that succeeded.</summary>
    public T Only<T>()
        where T : IMessage<T>, new()
    {
        Assert.True(Status == GrpcStatus.Ok, $"{Status}: {Message}");
        return new MessageParser<T>(() => new T()).ParseFrom(Assert.Single(Messages));
    }

    /// <summary>Takes the answer to its end.</summary>
    public static async Task<WireReply> ReadAsync(HttpResponseMessage response)
    {
        byte[] body = await response.Content.ReadAsByteArrayAsync();
        string? status = Find(response.Headers, "grpc-status");
        bool isTrailersOnly = status is not null;
        status ??= Find(response.TrailingHeaders, "grpc-status");
        string message = Find(response.Headers, "grpc-message") ?? Find(response.TrailingHeaders, "grpc-message") ?? "";
        List<byte[]> messages = [];
        for (int at = 0; at < body.Length;)
        {
            int length = BinaryPrimitives.ReadInt32BigEndian(body.AsSpan(at + 1));
            messages.Add(body.AsSpan(at + 5, length).ToArray());
            at += 5 + length;
        }

        return new WireReply(
            (int)response.StatusCode,
            status is null ? null : (GrpcStatus)int.Parse(status, CultureInfo.InvariantCulture),
            Uri.UnescapeDataString(message),
            isTrailersOnly,
            messages);
    }

    private static string? Find(HttpResponseHeaders headers, string name) => headers.TryGetValues(name, out IEnumerable<string>? values) ? values.Single() : null;
}
