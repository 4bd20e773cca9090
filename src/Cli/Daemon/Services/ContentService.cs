using System.Buffers;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using LayerStore.Content;
using LayerStore.Daemon.Grpc;
using LayerStore.Daemon.Protos.Content;
using LayerStore.Filters;
using Snapshotter;

namespace LayerStore.Daemon.Services;

/// <summary>containerd's content service, version 1: messages to and from the content store, as its owner sees it.</summary>
/// <remarks>
/// A read of a whole blob is verified, and fails with DataLoss instead of giving the last bytes of damaged ones. A read of a part cannot be;
/// containerd verifies what it unpacks.
/// </remarks>
internal sealed class ContentService(Store store) : IGrpcService
{
    private const string Name = "containerd.services.content.v1.Content";

    // As many bytes as containerd sends in one message.
    private const int ReadChunk = 1 << 20;

    private readonly IContentStore _content = store.Content;
    private readonly OpenIngests _open = new();

    /// <inheritdoc/>
    public void Map(GrpcRoutes routes)
    {
        routes.Unary<InfoRequest, InfoResponse>(Name, "Info", InfoAsync);
        routes.Unary<UpdateRequest, UpdateResponse>(Name, "Update", UpdateAsync);
        routes.ServerStream<ListContentRequest, ListContentResponse>(Name, "List", ListAsync);
        routes.Unary<DeleteContentRequest, Empty>(Name, "Delete", DeleteAsync);
        routes.ServerStream<ReadContentRequest, ReadContentResponse>(Name, "Read", ReadAsync);
        routes.Unary<StatusRequest, StatusResponse>(Name, "Status", StatusAsync);
        routes.Unary<ListStatusesRequest, ListStatusesResponse>(Name, "ListStatuses", ListStatusesAsync);
        routes.Duplex<WriteContentRequest, WriteContentResponse>(
            Name, "Write", (requests, responses, call) => new ContentWrite(_content, _open, requests, responses, call).RunAsync());
        routes.Unary<AbortRequest, Empty>(Name, "Abort", AbortAsync);
    }

    private async Task<InfoResponse> InfoAsync(InfoRequest request, GrpcCall call)
    {
        call.Describe("digest", request.Digest);
        return new InfoResponse { Info = ContentMessages.ToInfo(await StatAsync(request.Digest, call).ConfigureAwait(false)) };
    }

    private async Task<UpdateResponse> UpdateAsync(UpdateRequest request, GrpcCall call)
    {
        Info info = request.Info ?? new Info();
        call.Describe("digest", info.Digest);
        Digest digest = ContentMessages.ToDigest(info.Digest);
        IReadOnlyDictionary<string, string?>? changes = LabelMask.Read(request.UpdateMask, info.Labels);
        BlobInfo blob = changes is null
            ? await _content.ReplaceLabelsAsync(digest, info.Labels.AsReadOnly(), call.Cancelled).ConfigureAwait(false)
            : await _content.SetLabelsAsync(digest, changes, call.Cancelled).ConfigureAwait(false);
        return new UpdateResponse { Info = ContentMessages.ToInfo(blob) };
    }

    private async Task ListAsync(ListContentRequest request, GrpcWriter<ListContentResponse> responses, GrpcCall call)
    {
        Filter filter = Filter.Parse(request.Filters);
        BatchWriter<ListContentResponse, Info> writer = new(responses, response => response.Info);
        await foreach (BlobInfo blob in _content.ListAsync(call.Cancelled).ConfigureAwait(false))
        {
            if (ContentMessages.Matches(filter, blob))
            {
                await writer.AddAsync(ContentMessages.ToInfo(blob)).ConfigureAwait(false);
            }
        }

        await writer.EndAsync().ConfigureAwait(false);
    }

    private async Task<Empty> DeleteAsync(DeleteContentRequest request, GrpcCall call)
    {
        call.Describe("digest", request.Digest);
        await _content.DeleteAsync(ContentMessages.ToDigest(request.Digest), call.Cancelled).ConfigureAwait(false);
        return new Empty();
    }

    private async Task ReadAsync(ReadContentRequest request, GrpcWriter<ReadContentResponse> responses, GrpcCall call)
    {
        call.Describe("digest", request.Digest);
        BlobInfo blob = await StatAsync(request.Digest, call).ConfigureAwait(false);
        long offset = Math.Max(request.Offset, 0);
        if (offset > blob.Size)
        {
            throw new GrpcException(GrpcStatus.OutOfRange, $"blob {blob.Digest} has {blob.Size} bytes: none is at {offset}");
        }

        long left = request.Size > 0 ? Math.Min(request.Size, blob.Size - offset) : blob.Size - offset;
        Stream stream = await (left == blob.Size
            ? _content.OpenAsync(blob.Digest, call.Cancelled)
            : _content.OpenPartAsync(blob.Digest, offset, call.Cancelled)).ConfigureAwait(false);
        byte[] buffer = ArrayPool<byte>.Shared.Rent((int)Math.Min(left, ReadChunk));
        try
        {
            while (left > 0)
            {
                Memory<byte> chunk = buffer.AsMemory(0, (int)Math.Min(left, ReadChunk));
                await stream.ReadExactlyAsync(chunk, call.Cancelled).ConfigureAwait(false);

                // Not copied: once it is written, the message is in the connection's own buffers.
                await responses.WriteAsync(new ReadContentResponse { Offset = offset, Data = UnsafeByteOperations.UnsafeWrap(chunk) }).ConfigureAwait(false);
                offset += chunk.Length;
                left -= chunk.Length;
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
            await stream.DisposeAsync().ConfigureAwait(false);
        }
    }

    private async Task<StatusResponse> StatusAsync(StatusRequest request, GrpcCall call)
    {
        call.Describe("ref", request.Ref);
        IngestStatus status = await _content.FindIngestAsync(request.Ref, call.Cancelled).ConfigureAwait(false)
            ?? throw new GrpcException(GrpcStatus.NotFound, $"there is no ingest \"{Printable.Text(request.Ref)}\"");
        return new StatusResponse { Status = ContentMessages.ToStatus(status) };
    }

    private async Task<ListStatusesResponse> ListStatusesAsync(ListStatusesRequest request, GrpcCall call)
    {
        Filter filter = Filter.Parse(request.Filters);
        ListStatusesResponse response = new();
        await foreach (IngestStatus status in _content.ListIngestsAsync(call.Cancelled).ConfigureAwait(false))
        {
            if (ContentMessages.Matches(filter, status))
            {
                response.Statuses.Add(ContentMessages.ToStatus(status));
            }
        }

        return response;
    }

    private async Task<Empty> AbortAsync(AbortRequest request, GrpcCall call)
    {
        call.Describe("ref", request.Ref);
        try
        {
            await _open.AbortAsync(_content, request.Ref, call.Cancelled).ConfigureAwait(false);
        }
        catch (LayerStoreException e) when (e.Kind == ErrorKind.NotFound)
        {
            // Not an error to containerd's own store either: its database keeps the record of an ingest for as long as this fails.
        }

        return new Empty();
    }

    private async Task<BlobInfo> StatAsync(string text, GrpcCall call)
    {
        Digest digest = ContentMessages.ToDigest(text);
        return await _content.StatAsync(digest, call.Cancelled).ConfigureAwait(false)
            ?? throw new GrpcException(GrpcStatus.NotFound, $"blob {digest} is not in this store");
    }
}
