using System.Text;

namespace LayerStore.Daemon.Grpc;

/// <summary>The trailer <c>grpc-message</c>: UTF-8 whose bytes outside of printable ASCII, and %, are percent-encoded (PROTOCOL-HTTP2.md, Status-Message).</summary>
internal static class GrpcMessageText
{
    // Header blocks are limited (grpc-go's own limit is 16 MiB, others' is 8 KiB), and a name from outside may be long.
    private const int MaxBytes = 4096;

    /// <summary>Encodes a message. A long one loses its end.</summary>
    public static string Encode(string message)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(message);
        if (bytes.Length <= MaxBytes && !bytes.AsSpan().ContainsAnyExceptInRange((byte)' ', (byte)'~') && !bytes.AsSpan().Contains((byte)'%'))
        {
            return message;
        }

        StringBuilder text = new(bytes.Length);
        foreach (byte b in bytes.AsSpan(0, Math.Min(bytes.Length, MaxBytes)))
        {
            _ = b is >= (byte)' ' and <= (byte)'~' and not (byte)'%' ? text.Append((char)b) : text.Append($"%{b:X2}");
        }

        return text.ToString();
    }
}
