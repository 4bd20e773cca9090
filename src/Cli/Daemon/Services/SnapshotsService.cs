using Google.Protobuf.WellKnownTypes;
using LayerStore.Daemon.Grpc;
using LayerStore.Daemon.Protos.Snapshots;
using Snapshotter;
using Snapshotter.Snapshots;
using Mount = LayerStore.Daemon.Protos.Types.Mount;
using StoreMount = Snapshotter.Snapshots.Mount;

namespace LayerStore.Daemon.Services;

/// <summary>containerd's snapshots service, version 1: messages to and from the snapshotter.</summary>
/// <remarks>Each request names a <c>snapshotter</c>: what containerd calls this plugin, which says nothing here.</remarks>
internal sealed class SnapshotsService(Store store) : IGrpcService
{
    private const string Name = "containerd.services.snapshots.v1.Snapshots";

    /// <summary>The chain that a client wants (containerd, docs/remote-snapshotter.md).</summary>
    private const string SnapshotReference = "containerd.io/snapshot.ref";

    private ISnapshotter Snapshots => store.Snapshots;

    /// <inheritdoc/>
    public void Map(GrpcRoutes routes)
    {
        routes.Unary<PrepareSnapshotRequest, PrepareSnapshotResponse>(Name, "Prepare", PrepareAsync);
        routes.Unary<ViewSnapshotRequest, ViewSnapshotResponse>(Name, "View", ViewAsync);
        routes.Unary<MountsRequest, MountsResponse>(Name, "Mounts", MountsAsync);
        routes.Unary<CommitSnapshotRequest, Empty>(Name, "Commit", CommitAsync);
        routes.Unary<RemoveSnapshotRequest, Empty>(Name, "Remove", RemoveAsync);
        routes.Unary<StatSnapshotRequest, StatSnapshotResponse>(Name, "Stat", StatAsync);
        routes.Unary<UpdateSnapshotRequest, UpdateSnapshotResponse>(Name, "Update", UpdateAsync);
        routes.ServerStream<ListSnapshotsRequest, ListSnapshotsResponse>(Name, "List", ListAsync);
        routes.Unary<UsageRequest, UsageResponse>(Name, "Usage", UsageAsync);
        routes.Unary<CleanupRequest, Empty>(Name, "Cleanup", CleanupAsync);
    }

    private async Task<PrepareSnapshotResponse> PrepareAsync(PrepareSnapshotRequest request, GrpcCall call)
    {
        string? parent = NullIfEmpty(request.Parent);
        await RefuseIfHereAsync(request, parent, call.Cancelled).ConfigureAwait(false);
        IReadOnlyList<StoreMount> mounts =
            await Snapshots.PrepareAsync(request.Key, parent, Labels(request.Labels), call.Cancelled).ConfigureAwait(false);
        return new PrepareSnapshotResponse { Mounts = { mounts.Select(ToWire) } };
    }

    /// <summary>A client that names a chain takes one that is here already: told that it exists, it looks for the label among the committed snapshots.</summary>
    private async Task RefuseIfHereAsync(PrepareSnapshotRequest request, string? parent, CancellationToken cancellationToken)
    {
        if (Snapshots is ILayerSnapshotter layers
            && request.Labels.TryGetValue(SnapshotReference, out string? reference)
            && Digest.TryParse(reference, out Digest? chainId)
            && await layers.ShareAsync(chainId, parent, Labels(request.Labels), cancellationToken).ConfigureAwait(false) is not null)
        {
            throw new GrpcException(GrpcStatus.AlreadyExists, $"the layers of {chainId} are here already");
        }
    }

    private async Task<ViewSnapshotResponse> ViewAsync(ViewSnapshotRequest request, GrpcCall call)
    {
        IReadOnlyList<StoreMount> mounts =
            await Snapshots.ViewAsync(request.Key, NullIfEmpty(request.Parent), Labels(request.Labels), call.Cancelled).ConfigureAwait(false);
        return new ViewSnapshotResponse { Mounts = { mounts.Select(ToWire) } };
    }

    private async Task<MountsResponse> MountsAsync(MountsRequest request, GrpcCall call)
    {
        IReadOnlyList<StoreMount> mounts = await Snapshots.MountsAsync(request.Key, call.Cancelled).ConfigureAwait(false);
        return new MountsResponse { Mounts = { mounts.Select(ToWire) } };
    }

    private async Task<Empty> CommitAsync(CommitSnapshotRequest request, GrpcCall call)
    {
        await Snapshots.CommitAsync(request.Name, request.Key, Labels(request.Labels), NullIfEmpty(request.Parent), call.Cancelled).ConfigureAwait(false);
        return new Empty();
    }

    private async Task<Empty> RemoveAsync(RemoveSnapshotRequest request, GrpcCall call)
    {
        await Snapshots.RemoveAsync(request.Key, call.Cancelled).ConfigureAwait(false);
        return new Empty();
    }

    private async Task<StatSnapshotResponse> StatAsync(StatSnapshotRequest request, GrpcCall call)
    {
        SnapshotInfo info = await Snapshots.StatAsync(request.Key, call.Cancelled).ConfigureAwait(false)
            ?? throw new GrpcException(GrpcStatus.NotFound, $"there is no snapshot \"{Printable.Text(request.Key)}\"");
        return new StatSnapshotResponse { Info = ToWire(info) };
    }

    private async Task<UpdateSnapshotResponse> UpdateAsync(UpdateSnapshotRequest request, GrpcCall call)
    {
        Info wanted = request.Info ?? throw new GrpcException(GrpcStatus.InvalidArgument, "there is no snapshot in the request");
        IReadOnlyDictionary<string, string?>? changes = LabelMask.Read(request.UpdateMask, wanted.Labels);
        SnapshotInfo info = await Snapshots.SetLabelsAsync(
            wanted.Name, changes ?? wanted.Labels.ToDictionary(l => l.Key, l => (string?)l.Value), replace: changes is null, call.Cancelled).ConfigureAwait(false);
        return new UpdateSnapshotResponse { Info = ToWire(info) };
    }

    private async Task ListAsync(ListSnapshotsRequest request, GrpcWriter<ListSnapshotsResponse> responses, GrpcCall call)
    {
        BatchWriter<ListSnapshotsResponse, Info> writer = new(responses, response => response.Info);
        await foreach (SnapshotInfo info in Snapshots.ListAsync(SnapshotFilter.Parse(request.Filters), call.Cancelled).ConfigureAwait(false))
        {
            await writer.AddAsync(ToWire(info)).ConfigureAwait(false);
        }

        await writer.EndAsync().ConfigureAwait(false);
    }

    private async Task<UsageResponse> UsageAsync(UsageRequest request, GrpcCall call)
    {
        SnapshotUsage usage = await Snapshots.UsageAsync(request.Key, call.Cancelled).ConfigureAwait(false);
        return new UsageResponse { Size = usage.Bytes, Inodes = usage.Inodes };
    }

    private async Task<Empty> CleanupAsync(CleanupRequest request, GrpcCall call)
    {
        await Snapshots.CleanupAsync(call.Cancelled).ConfigureAwait(false);
        return new Empty();
    }

    private static Dictionary<string, string> Labels(IDictionary<string, string> labels) => new(labels, StringComparer.Ordinal);

    private static string? NullIfEmpty(string text) => text.Length == 0 ? null : text;

    private static Mount ToWire(StoreMount mount) => new() { Type = mount.Type, Source = mount.Source, Options = { mount.Options } };

    private static Info ToWire(SnapshotInfo info) => new()
    {
        Name = info.Name,
        Parent = info.Parent ?? string.Empty,
        Kind = info.Kind switch
        {
            SnapshotKind.Committed => Kind.Committed,
            SnapshotKind.Active => Kind.Active,
            SnapshotKind.View => Kind.View,
            _ => Kind.Unknown,
        },
        CreatedAt = info.CreatedAt.ToTimestamp(),
        UpdatedAt = info.UpdatedAt.ToTimestamp(),
        Labels = { info.Labels.ToDictionary() },
    };
}
