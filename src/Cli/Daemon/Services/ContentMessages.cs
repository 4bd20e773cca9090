using Google.Protobuf.WellKnownTypes;
using LayerStore.Content;
using LayerStore.Daemon.Grpc;
using LayerStore.Daemon.Protos.Content;
using LayerStore.Filters;

namespace LayerStore.Daemon.Services;

/// <summary>Blobs and ingests as containerd's messages.</summary>
internal static class ContentMessages
{
    /// <summary>Reads a digest.</summary>
    /// <exception cref="GrpcException">InvalidArgument: it is none.</exception>
    public static Digest ToDigest(string text) => Digest.TryParse(text, out Digest? digest)
        ? digest
        : throw new GrpcException(GrpcStatus.InvalidArgument, $"\"{Printable.Text(text)}\" is not a digest that can be verified");

    /// <summary>A blob.</summary>
    public static Info ToInfo(BlobInfo blob)
    {
        Info info = new()
        {
            Digest = blob.Digest.ToString(),
            Size = blob.Size,
            CreatedAt = Timestamp.FromDateTimeOffset(blob.CreatedAt),
            UpdatedAt = Timestamp.FromDateTimeOffset(blob.UpdatedAt),
        };
        foreach ((string key, string value) in blob.Labels)
        {
            info.Labels.Add(key, value);
        }

        return info;
    }

    /// <summary>An ingest.</summary>
    public static Status ToStatus(IngestStatus ingest) => new()
    {
        Ref = ingest.Reference,
        Offset = ingest.Offset,
        Total = ingest.Total ?? 0,
        Expected = ingest.Expected?.ToString() ?? "",
        StartedAt = Timestamp.FromDateTimeOffset(ingest.StartedAt),
        UpdatedAt = Timestamp.FromDateTimeOffset(ingest.UpdatedAt),
    };

    /// <summary>Whether a filter lets a blob through, by the fields that containerd's own store has: <c>digest</c>, <c>size</c> (never set) and <c>labels</c>.</summary>
    public static bool Matches(Filter filter, BlobInfo blob) => filter.Matches((IReadOnlyList<string> path, out string? value) =>
    {
        value = path[0] == "digest" ? blob.Digest.ToString() : null;
        return path[0] is "digest" or "size" || Filter.TryLabel(path, blob.Labels, out value);
    });

    /// <summary>Whether a filter lets an ingest through, by <c>ref</c>.</summary>
    public static bool Matches(Filter filter, IngestStatus ingest) => filter.Matches((IReadOnlyList<string> path, out string? value) =>
    {
        value = path[0] == "ref" ? ingest.Reference : null;
        return value is not null;
    });
}
