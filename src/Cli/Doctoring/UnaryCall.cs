using System.Buffers.Binary;
using System.Net.Sockets;
using System.Text;

namespace LayerStore.Cli.Doctoring;

/// <summary>
/// One gRPC call on a unix socket, as small as RFC 9113 (HTTP/2) and RFC 7541 (HPACK) let it be: this program has no web client, and the doctor
/// asks two questions. Headers of the answer are not read; an answer without a message is a failure.
/// </summary>
internal sealed class UnaryCall : IDisposable
{
    private const int FrameHeader = 9;
    private const int MaxFrame = 16 << 10; // SETTINGS_MAX_FRAME_SIZE, which is not raised here
    private const int MaxMessage = 1 << 20;
    private const int Patience = 5000; // milliseconds
    private const byte EndStream = 1;
    private const byte Ack = 1;
    private const byte EndHeaders = 4;

    private readonly NetworkStream _stream;

    private UnaryCall(Socket socket) => _stream = new NetworkStream(socket, ownsSocket: true) { ReadTimeout = Patience, WriteTimeout = Patience };

    private enum FrameType : byte
    {
        Data = 0,
        Headers = 1,
        Reset = 3,
        Settings = 4,
        Ping = 6,
        GoAway = 7,
        WindowUpdate = 8,
    }

    /// <summary>Calls a method.</summary>
    /// <param name="address">The socket.</param>
    /// <param name="method">The method, <c>/package.Service/Method</c>.</param>
    /// <param name="request">The request's message.</param>
    /// <returns>The answer's message.</returns>
    /// <exception cref="LayerStoreException"><see cref="ErrorKind.Unavailable"/>: nobody answers, or not so.</exception>
    public static byte[] Call(string address, string method, ReadOnlySpan<byte> request)
    {
        Socket socket = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            socket.Connect(new UnixDomainSocketEndPoint(address));
            using UnaryCall call = new(socket);
            call.Send(method, request);
            return call.Receive();
        }
        catch (Exception e) when (e is SocketException or IOException or ArgumentException)
        {
            socket.Dispose();
            throw new LayerStoreException(ErrorKind.Unavailable, $"nobody answers on {Printable.Text(address)}: {Printable.Text(e.Message.TrimEnd('.'))}", null, e);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _stream.Dispose();

    private void Send(string method, ReadOnlySpan<byte> request)
    {
        using MemoryStream all = new();
        all.Write("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"u8);

        // SETTINGS_INITIAL_WINDOW_SIZE for the stream, and the same for the connection: no answer that is taken needs more.
        Span<byte> window = [0, 4, 0, MaxMessage >> 16, 0, 0];
        Write(all, FrameType.Settings, 0, 0, window);
        Write(all, FrameType.WindowUpdate, 0, 0, window[2..]);

        // Indexed fields of the static table, and literals that are not kept: no table to agree on.
        using MemoryStream headers = new();
        headers.Write([0x83, 0x86]); // :method POST, :scheme http
        WriteText(headers, [0x04], method); // :path
        WriteText(headers, [0x01], "localhost"); // :authority
        WriteText(headers, [0x0f, 31 - 15], "application/grpc"); // content-type
        headers.Write([0x00, 2, .. "te"u8]);
        WriteText(headers, [], "trailers");
        Write(all, FrameType.Headers, EndHeaders, 1, headers.ToArray());

        byte[] body = new byte[5 + request.Length];
        BinaryPrimitives.WriteInt32BigEndian(body.AsSpan(1), request.Length);
        request.CopyTo(body.AsSpan(5));
        Write(all, FrameType.Data, EndStream, 1, body);
        _stream.Write(all.ToArray());
    }

    private byte[] Receive()
    {
        using MemoryStream body = new();
        byte[] frame = new byte[MaxFrame];
        while (true)
        {
            (FrameType type, byte flags, int stream, int length) = ReadFrame(frame);
            switch (type)
            {
                case FrameType.Settings when (flags & Ack) == 0:
                    Write(_stream, FrameType.Settings, Ack, 0, []);
                    break;
                case FrameType.Ping when (flags & Ack) == 0:
                    Write(_stream, FrameType.Ping, Ack, 0, frame.AsSpan(0, length));
                    break;
                case FrameType.Data when stream == 1:
                    body.Write(frame, 0, length);
                    break;
                case FrameType.Reset or FrameType.GoAway:
                    throw new IOException("the call was refused");
            }

            if (body.Length > MaxMessage)
            {
                throw new IOException("the answer is too long");
            }

            if (stream == 1 && (type is FrameType.Data or FrameType.Headers) && (flags & EndStream) != 0)
            {
                return MessageOf(body.ToArray());
            }
        }
    }

    private static byte[] MessageOf(byte[] body) => body.Length >= 5 && body[0] == 0 && BinaryPrimitives.ReadInt32BigEndian(body.AsSpan(1)) == body.Length - 5
        ? body[5..]
        : throw new IOException("the answer is an error");

    private (FrameType Type, byte Flags, int Stream, int Length) ReadFrame(byte[] payload)
    {
        Span<byte> header = stackalloc byte[FrameHeader];
        _stream.ReadExactly(header);
        int length = (header[0] << 16) | (header[1] << 8) | header[2];
        if (length > payload.Length)
        {
            throw new IOException("this is not HTTP/2");
        }

        _stream.ReadExactly(payload, 0, length);
        return ((FrameType)header[3], header[4], BinaryPrimitives.ReadInt32BigEndian(header[5..]) & int.MaxValue, length);
    }

    private static void Write(Stream output, FrameType type, byte flags, int stream, ReadOnlySpan<byte> payload)
    {
        byte[] frame = new byte[FrameHeader + payload.Length];
        (frame[0], frame[1], frame[2]) = ((byte)(payload.Length >> 16), (byte)(payload.Length >> 8), (byte)payload.Length);
        (frame[3], frame[4]) = ((byte)type, flags);
        BinaryPrimitives.WriteInt32BigEndian(frame.AsSpan(5), stream);
        payload.CopyTo(frame.AsSpan(FrameHeader));
        output.Write(frame);
    }

    // A string without Huffman's code, shorter than the 127 bytes from which on its length takes more than one byte.
    private static void WriteText(Stream output, ReadOnlySpan<byte> name, string text)
    {
        output.Write(name);
        output.WriteByte((byte)text.Length);
        output.Write(Encoding.ASCII.GetBytes(text));
    }
}
