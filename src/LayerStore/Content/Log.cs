using Microsoft.Extensions.Logging;

namespace LayerStore.Content;

/// <summary>What the content store tells its operator.</summary>
internal static partial class Log
{
    [LoggerMessage(1, LogLevel.Warning, "blob {Digest} is damaged and was set aside: {Reason}")]
    public static partial void DamagedBlob(ILogger logger, Digest digest, string reason);

    [LoggerMessage(2, LogLevel.Warning, "blob {Digest} is damaged and stays in its place: {Reason}")]
    public static partial void DamagedBlobStays(ILogger logger, Digest digest, string reason);
}
