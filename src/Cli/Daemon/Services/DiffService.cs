using Google.Protobuf.WellKnownTypes;
using LayerStore.Daemon.Grpc;
using LayerStore.Daemon.Protos.Diff;
using LayerStore.Daemon.Protos.Types;
using LayerStore.Oci;
using Snapshotter;
using Snapshotter.Layers.OnMounts;

namespace LayerStore.Daemon.Services;

/// <summary>containerd's diff service, version 1: layers applied to mounts, and made of them.</summary>
internal sealed class DiffService(Store store) : IGrpcService
{
    private const string Name = "containerd.services.diff.v1.Diff";

    // What a Timestamp may hold: the years 1 to 9999 (google/protobuf/timestamp.proto).
    private const long FirstSecond = -62_135_596_800;
    private const long LastSecond = 253_402_300_799;

    /// <inheritdoc/>
    public void Map(GrpcRoutes routes)
    {
        routes.Unary<ApplyRequest, ApplyResponse>(Name, "Apply", ApplyAsync);
        routes.Unary<DiffRequest, DiffResponse>(Name, "Diff", DiffAsync);
    }

    // Payloads are for stream processors, which are programs: none is ever run here.
    private async Task<ApplyResponse> ApplyAsync(ApplyRequest request, GrpcCall call)
    {
        Descriptor layer = ToLayer(request.Diff ?? throw new GrpcException(GrpcStatus.InvalidArgument, "there is no layer to apply"));
        call.Describe("digest", layer.Digest.ToString());
        Descriptor applied = await store.ApplyAsync(layer, ToMounts(request.Mounts), sync: request.SyncFs, cancellationToken: call.Cancelled).ConfigureAwait(false);
        return new ApplyResponse { Applied = ToWire(applied) };
    }

    private async Task<DiffResponse> DiffAsync(DiffRequest request, GrpcCall call)
    {
        call.Describe("ref", request.Ref);
        MountDiffOptions options = new()
        {
            Reference = request.Ref.Length == 0 ? null : request.Ref,
            MediaType = request.MediaType.Length == 0 ? MediaTypes.OciLayerGzip : request.MediaType,
            Labels = request.Labels,
            SourceDate = ToTime(request.SourceDateEpoch),
        };
        Descriptor layer = await store.DiffAsync(ToMounts(request.Left), ToMounts(request.Right), options, call.Cancelled).ConfigureAwait(false);
        return new DiffResponse { Diff = ToWire(layer) };
    }

    private static Descriptor ToLayer(BlobDescriptor blob) => Digest.TryParse(blob.Digest, out Digest? digest) && blob.Size >= 0
        ? new Descriptor(blob.MediaType, digest, blob.Size)
        : throw new GrpcException(GrpcStatus.InvalidArgument, $"no digest and size of a blob: {Printable.Text(blob.Digest)}, {blob.Size}");

    private static BlobDescriptor ToWire(Descriptor blob) => new() { MediaType = blob.MediaType, Digest = blob.Digest.ToString(), Size = blob.Size };

    private static List<Snapshotter.Snapshots.Mount> ToMounts(IEnumerable<Mount> mounts) => [.. mounts.Select(ToMount)];

    private static Snapshotter.Snapshots.Mount ToMount(Mount mount) => mount.Target.Length == 0
        ? new Snapshotter.Snapshots.Mount(mount.Type, mount.Source, [.. mount.Options])
        : throw new GrpcException(GrpcStatus.Unimplemented, "mounts below another mount are not supported");

    private static DateTimeOffset? ToTime(Timestamp? time) =>
        time is null ? null
        : time.Seconds is >= FirstSecond and <= LastSecond && time.Nanos is >= 0 and < 1_000_000_000 ? time.ToDateTimeOffset()
        : throw new GrpcException(GrpcStatus.InvalidArgument, "the source date is not a time of the years 1 to 9999");
}
