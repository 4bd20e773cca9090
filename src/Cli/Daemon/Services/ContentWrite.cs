using Google.Protobuf.WellKnownTypes;
using LayerStore.Content;
using LayerStore.Daemon.Grpc;
using LayerStore.Daemon.Protos.Content;

namespace LayerStore.Daemon.Services;

/// <summary>One call of Write: a stream of Stat, Write and Commit on one ingest, which is locked as long as the stream lasts.</summary>
/// <remarks>
/// The rules are those of containerd's own server. What the client says of digest and size is what it believes so far: the last word counts, and
/// it is verified when the ingest is committed. What fails keeps the ingest, to be resumed; only a blob that is here already drops it.
/// </remarks>
internal sealed class ContentWrite(
    IContentStore content, OpenIngests open, GrpcReader<WriteContentRequest> requests, GrpcWriter<WriteContentResponse> responses, GrpcCall call)
{
    private Digest? _expected;
    private long _total;

    /// <summary>Answers the stream's messages until its end, or its commit.</summary>
    public async Task RunAsync()
    {
        WriteContentRequest? request = await requests.ReadAsync().ConfigureAwait(false);
        if (request is null || request.Ref.Length == 0)
        {
            throw new GrpcException(GrpcStatus.InvalidArgument, "the first message of a write must have a reference");
        }

        call.Describe("ref", request.Ref);
        await using IngestWriter writer = await BeginAsync(request).ConfigureAwait(false);
        using CancellationTokenSource abort = new();
        using CancellationTokenSource cancelled = CancellationTokenSource.CreateLinkedTokenSource(call.Cancelled, abort.Token);
        open.Add(writer.Reference, abort);
        try
        {
            while (request is not null)
            {
                await AnswerAsync(writer, request).ConfigureAwait(false);
                request = request.Action == WriteAction.Commit ? null : await requests.ReadAsync(cancelled.Token).ConfigureAwait(false);
                await DropIfHereAsync(writer, request?.Expected ?? "").ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException) when (abort.IsCancellationRequested)
        {
            throw new GrpcException(GrpcStatus.Aborted, $"ingest \"{Printable.Text(writer.Reference)}\" was aborted");
        }
        finally
        {
            open.Remove(writer.Reference);
        }
    }

    private async Task<IngestWriter> BeginAsync(WriteContentRequest request)
    {
        ExpectedBlob expected = new(
            request.Expected.Length > 0 ? ContentMessages.ToDigest(request.Expected) : null, request.Total > 0 ? request.Total : null)
        {
            IsTentative = true,
        };
        try
        {
            return await content.BeginIngestAsync(request.Ref, expected, wait: false, call.Cancelled).ConfigureAwait(false);
        }
        catch (LayerStoreException e) when (e.Kind == ErrorKind.Aborted)
        {
            throw new GrpcException(GrpcStatus.Unavailable, e.Message);
        }
        catch (LayerStoreException e) when (e.Kind == ErrorKind.AlreadyExists)
        {
            await DropLeftoverAsync(request.Ref).ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>What an earlier writer left of a blob that is here by now is of no use to anybody.</summary>
    private async Task DropLeftoverAsync(string reference)
    {
        try
        {
            await content.AbortIngestAsync(reference, call.Cancelled).ConfigureAwait(false);
        }
        catch (LayerStoreException e) when (e.Kind is ErrorKind.NotFound or ErrorKind.Aborted)
        {
        }
    }

    private async Task DropIfHereAsync(IngestWriter writer, string expected)
    {
        if (expected.Length > 0 && await content.StatAsync(ContentMessages.ToDigest(expected), call.Cancelled).ConfigureAwait(false) is { } blob)
        {
            writer.Discard();
            throw new GrpcException(GrpcStatus.AlreadyExists, $"blob {blob.Digest} is here already");
        }
    }

    private async Task AnswerAsync(IngestWriter writer, WriteContentRequest request)
    {
        _expected = request.Expected.Length > 0 ? ContentMessages.ToDigest(request.Expected) : _expected;
        _total = request.Total > 0 ? request.Total : _total;
        WriteContentResponse response = new() { Action = request.Action };
        switch (request.Action)
        {
            case WriteAction.Stat:
                response.Digest = writer.Current().ToString();
                break;
            case WriteAction.Write:
                Append(writer, request);
                response.Digest = writer.Current().ToString();
                break;
            case WriteAction.Commit:
                Append(writer, request);
                response.Digest = (await CommitAsync(writer, request).ConfigureAwait(false)).Digest.ToString();
                break;
            default:
                throw new GrpcException(GrpcStatus.InvalidArgument, $"unknown action {(int)request.Action}");
        }

        IngestStatus status = writer.Status;
        response.Offset = status.Offset;
        response.Total = _total;
        response.StartedAt = Timestamp.FromDateTimeOffset(status.StartedAt);
        response.UpdatedAt = Timestamp.FromDateTimeOffset(status.UpdatedAt);
        await responses.WriteAsync(response).ConfigureAwait(false);
    }

    private static void Append(IngestWriter writer, WriteContentRequest request)
    {
        // An offset of 0 begins anew: a client that did not say it and one that said 0 are the same on the wire.
        if (request.Offset != 0 && request.Offset != writer.Offset)
        {
            throw new GrpcException(GrpcStatus.OutOfRange, $"a write at {request.Offset}, and the ingest has {writer.Offset} bytes");
        }

        if (request.Offset == 0 && writer.Offset > 0)
        {
            writer.Restart();
        }

        if (!request.Data.IsEmpty)
        {
            writer.Write(request.Data.Span);
        }
    }

    private async Task<BlobInfo> CommitAsync(IngestWriter writer, WriteContentRequest request)
    {
        try
        {
            return await writer.CommitAsync(
                _expected, _total > 0 ? _total : null, request.Labels.AsReadOnly(), mustBeNew: true, call.Cancelled).ConfigureAwait(false);
        }
        catch (LayerStoreException e) when (e is DigestMismatchException or SizeMismatchException)
        {
            // DataLoss everywhere else: here it is the client's mistake, and the ingest is as good as before.
            throw new GrpcException(GrpcStatus.FailedPrecondition, e.Message);
        }
    }
}
