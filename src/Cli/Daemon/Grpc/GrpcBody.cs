using System.Buffers;
using System.Buffers.Binary;
using System.IO.Pipelines;
using Google.Protobuf;
using Microsoft.AspNetCore.Http;

namespace LayerStore.Daemon.Grpc;

/// <summary>
/// The messages in a call's two directions. On the wire each is a byte that says whether it is compressed, its length in four bytes, the
/// most significant first, and the message (https://github.com/grpc/grpc/blob/master/doc/PROTOCOL-HTTP2.md, Length-Prefixed-Message).
/// </summary>
internal sealed class GrpcBody(HttpContext context, UnfinishedMessages unfinished)
{
    /// <summary>The most bytes that a message may have, in each direction: containerd's own limit.</summary>
    public const int MaxMessageSize = 16 * 1024 * 1024;

    private const int PrefixSize = 5;

    /// <summary>Reads a message; null at the end.</summary>
    public async ValueTask<T?> ReadAsync<T>(MessageParser<T> parser, CancellationToken cancellationToken)
        where T : class, IMessage<T>
    {
        PipeReader reader = context.Request.BodyReader;
        int announced = 0;
        try
        {
            while (true)
            {
                ReadResult read = await reader.ReadAsync(cancellationToken).ConfigureAwait(false);
                ReadOnlySequence<byte> buffer = read.Buffer;
                bool hasLength = TryReadLength(buffer, out int length);
                if (hasLength && buffer.Length - PrefixSize >= length)
                {
                    ReadOnlySequence<byte> bytes = buffer.Slice(PrefixSize, length);
                    T message = Parse(parser, bytes);
                    reader.AdvanceTo(bytes.End);
                    return message;
                }

                if (read.IsCompleted)
                {
                    return buffer.IsEmpty ? null : throw new GrpcException(GrpcStatus.Internal, "the request ends within a message");
                }

                if (hasLength && announced == 0)
                {
                    unfinished.Add(announced = length);
                }

                // All was seen, nothing is used up: the pipe returns when more is there, and lets the caller send on.
                reader.AdvanceTo(buffer.Start, buffer.End);
            }
        }
        catch (IOException e)
        {
            throw new CallerGoneException(e);
        }
        finally
        {
            unfinished.Remove(announced);
        }
    }

    /// <summary>Writes a message. Without a flush it leaves with the end of the call.</summary>
    public async ValueTask WriteAsync(IMessage message, bool flush, CancellationToken cancellationToken)
    {
        int size = message.CalculateSize();
        if (size > MaxMessageSize)
        {
            throw new GrpcException(GrpcStatus.ResourceExhausted, $"the response message has {size} bytes, more than {MaxMessageSize}");
        }

        cancellationToken.ThrowIfCancellationRequested();
        if (!context.Response.HasStarted)
        {
            await context.Response.StartAsync(cancellationToken).ConfigureAwait(false);
        }

        PipeWriter writer = context.Response.BodyWriter;
        WritePrefix(writer, size);
        message.WriteTo(writer);
        if (flush && (await writer.FlushAsync(cancellationToken).ConfigureAwait(false)).IsCompleted)
        {
            throw new CallerGoneException();
        }
    }

    private static bool TryReadLength(ReadOnlySequence<byte> buffer, out int length)
    {
        length = 0;
        if (buffer.Length < PrefixSize)
        {
            return false;
        }

        Span<byte> prefix = stackalloc byte[PrefixSize];
        buffer.Slice(0, PrefixSize).CopyTo(prefix);
        if (prefix[0] != 0)
        {
            throw new GrpcException(GrpcStatus.Internal, "the request message is marked as compressed, and the request named no compression");
        }

        uint size = BinaryPrimitives.ReadUInt32BigEndian(prefix[1..]);
        if (size > MaxMessageSize)
        {
            throw new GrpcException(GrpcStatus.ResourceExhausted, $"the request message has {size} bytes, more than {MaxMessageSize}");
        }

        length = (int)size;
        return true;
    }

    private static T Parse<T>(MessageParser<T> parser, ReadOnlySequence<byte> bytes)
        where T : class, IMessage<T>
    {
        T message;
        try
        {
            message = parser.ParseFrom(bytes);
        }
        catch (InvalidProtocolBufferException e)
        {
            throw new GrpcException(GrpcStatus.Internal, $"the request message is malformed: {e.Message}");
        }

        return MessageText.IsWhole(message) ? message : throw new GrpcException(GrpcStatus.Internal, "the request message is malformed: text that is not UTF-8");
    }

    private static void WritePrefix(PipeWriter writer, int size)
    {
        Span<byte> prefix = writer.GetSpan(PrefixSize);
        prefix[0] = 0;
        BinaryPrimitives.WriteInt32BigEndian(prefix[1..], size);
        writer.Advance(PrefixSize);
    }
}
