using LayerStore.Compression;
using LayerStore.Oci;

namespace LayerStore.Transports.DockerArchive;

/// <summary>
/// Writes an image to a tar that <c>docker load</c> and <c>podman load</c> read; a file that is there is replaced at the end:
/// <code>
/// 3f57….json     the config, named by its digest
/// 9a1c….tar      each layer, unpacked, named by its diffID
/// manifest.json  [{"Config":…,"RepoTags":[…],"Layers":[…]}]
/// </code>
/// </summary>
/// <remarks>Layers are stored unpacked because that is the one form that every loader takes, whatever they were packed with.</remarks>
internal sealed class DockerArchiveSink : IImageSink
{
    private readonly ArchiveWriter _archive;
    private readonly string[] _repoTags;
    private ImageManifest? _manifest;
    private ImageConfig? _config;

    public DockerArchiveSink(TransportReference reference)
    {
        Reference = reference;
        _repoTags = reference.Tag is { } tag
            ? ImageReference.TryParse(tag, out ImageReference? name) && name is { Tag: not null, Digest: null }
                ? [name.ToString()]
                : throw new LayerStoreException(
                    ErrorKind.InvalidArgument, $"the name may not be written to a docker archive ({reference.Split()})", "Write NAME or NAME:TAG, without a digest.")
            : [];
        _archive = new ArchiveWriter(reference);
    }

    public TransportReference Reference { get; }

    public bool TakesIndexes => false;

    public bool TakesParallelWrites => false;

    public Task<bool> ContainsAsync(Descriptor descriptor, CancellationToken cancellationToken = default) => Task.FromResult(false);

    public async Task WriteAsync(Descriptor descriptor, Stream content, CancellationToken cancellationToken = default)
    {
        if (_manifest is null)
        {
            _manifest = ImageManifest.Parse(await ReadAsync(content, cancellationToken).ConfigureAwait(false), descriptor, DocumentLimits.Stored);
            if (!_manifest.IsImage)
            {
                throw new LayerStoreException(
                    ErrorKind.InvalidArgument, $"manifest {descriptor.Digest} is an artifact, which a docker archive cannot hold", "Write it to oci: or oci-archive:.");
            }
        }
        else if (_config is null)
        {
            _config = ImageConfig.Parse(await ReadAsync(content, cancellationToken).ConfigureAwait(false), descriptor, DocumentLimits.Stored);
            if (_config.DiffIds.Count != _manifest.Layers.Count)
            {
                throw StrictJson.Error(
                    $"manifest {_manifest.Digest}", $"has {_manifest.Layers.Count} layers, but its config has {_config.DiffIds.Count} diffIDs");
            }

            await _archive.AddAsync(ConfigName(_config), _config.Bytes, cancellationToken).ConfigureAwait(false);
        }
        else
        {
            await WriteLayerAsync(descriptor, content, cancellationToken).ConfigureAwait(false);
        }
    }

    public async Task FinishAsync(Descriptor target, CancellationToken cancellationToken = default)
    {
        DockerArchiveEntry entry = new(ConfigName(_config!), _repoTags, [.. _config!.DiffIds.Select(LayerName)]);
        await _archive.AddAsync("manifest.json", entry.Write(), cancellationToken).ConfigureAwait(false);
        _archive.Publish();
    }

    public ValueTask DisposeAsync() => _archive.DisposeAsync();

    private static string ConfigName(ImageConfig config) => $"{config.Digest.Encoded}.json";

    private static string LayerName(Digest diffId) => $"{diffId.Encoded}.tar";

    private static async Task<ReadOnlyMemory<byte>> ReadAsync(Stream content, CancellationToken cancellationToken)
    {
        using MemoryStream bytes = new();
        await content.CopyToAsync(bytes, cancellationToken).ConfigureAwait(false);
        return bytes.ToArray();
    }

    private async Task WriteLayerAsync(Descriptor descriptor, Stream content, CancellationToken cancellationToken)
    {
        List<Digest> diffIds = [.. _manifest!.Layers.Zip(_config!.DiffIds).Where(pair => pair.First.Digest == descriptor.Digest).Select(pair => pair.Second).Distinct()];
        if (diffIds is not [var diffId])
        {
            throw StrictJson.Error($"image config {_config.Digest}", $"has {diffIds.Count} diffIDs for the layer {descriptor.Digest}");
        }

        await using DecompressionStream tar = Decompressor.Open(content);
        using DigestingStream hashed = new(tar, diffId.Algorithm, leaveOpen: true);
        await _archive.AddAsync(LayerName(diffId), hashed, cancellationToken).ConfigureAwait(false);
        if (hashed.Finish() is var actual && actual != diffId)
        {
            throw new DigestMismatchException("layer with the diffID", diffId, actual);
        }
    }
}
