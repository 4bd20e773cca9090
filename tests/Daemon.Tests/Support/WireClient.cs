using System.Buffers.Binary;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using Google.Protobuf;

namespace Daemon.Tests.Support;

/// <summary>Calls over HTTP/2 on a unix socket, byte by byte: requests may be as wrong as a test wants them.</summary>
internal sealed class WireClient : IDisposable
{
    private readonly HttpClient _http;

    public WireClient(string address)
    {
        _http = new HttpClient(new SocketsHttpHandler
        {
            ConnectCallback = async (_, token) =>
            {
                Socket socket = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
                await socket.ConnectAsync(new UnixDomainSocketEndPoint(address), token);
                return new NetworkStream(socket, ownsSocket: true);
            },
        })
        {
            Timeout = TimeSpan.FromMinutes(2),
        };
    }

    /// <summary>A message with its prefix.</summary>
    public static byte[] Frame(IMessage message) => Frame(message.ToByteArray());

    /// <summary>Bytes with the prefix of a message.</summary>
    public static byte[] Frame(ReadOnlySpan<byte> bytes, byte flag = 0)
    {
        byte[] frame = new byte[bytes.Length + 5];
        frame[0] = flag;
        BinaryPrimitives.WriteInt32BigEndian(frame.AsSpan(1), bytes.Length);
        bytes.CopyTo(frame.AsSpan(5));
        return frame;
    }

    /// <summary>Sends a whole request, and takes the whole answer.</summary>
    public Task<WireReply> CallAsync(string path, byte[] body, params (string Name, string Value)[] headers) =>
        CallAsync(path, new ByteArrayContent(body), headers);

    /// <summary>Sends a request, and takes the whole answer.</summary>
    public async Task<WireReply> CallAsync(string path, HttpContent body, params (string Name, string Value)[] headers)
    {
        using HttpResponseMessage response = await SendAsync(path, body, CancellationToken.None, headers);
        return await WireReply.ReadAsync(response);
    }

    /// <summary>Sends a request, and returns when the answer begins.</summary>
    public async Task<HttpResponseMessage> SendAsync(string path, HttpContent body, CancellationToken cancellationToken, params (string Name, string Value)[] headers)
    {
        using HttpRequestMessage request = new(HttpMethod.Post, "http://localhost" + path)
        {
            Version = HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
            Content = body,
        };
        body.Headers.ContentType ??= new MediaTypeHeaderValue("application/grpc");
        request.Headers.TE.Add(new TransferCodingWithQualityHeaderValue("trailers"));
        foreach ((string name, string value) in headers)
        {
            request.Headers.TryAddWithoutValidation(name, value);
        }

        return await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
    }

    /// <summary>A call with one request message.</summary>
    public Task<WireReply> CallAsync(string path, IMessage request, params (string Name, string Value)[] headers) =>
        CallAsync(path, Frame(request), headers);

    public void Dispose() => _http.Dispose();
}
