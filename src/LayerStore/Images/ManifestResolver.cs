using LayerStore.Oci;

namespace LayerStore.Images;

/// <summary>Finds the manifest of a platform.</summary>
/// <remarks>
/// Of an index, the first image of the best fitting platform is chosen (<see cref="Platform.Compatible"/>), in the order in
/// which the indexes name them, nested ones included. An entry without a platform has that of its config; one that
/// says nothing there either is the choice when nothing else fits. <c>unknown/unknown</c> is never chosen. An index
/// that was seen already is not read again, and depth and number are bounded, so a hostile tree costs little.
/// </remarks>
public static class ManifestResolver
{
    private const int MaxIndexes = 256;

    /// <summary>Finds the manifest.</summary>
    /// <param name="provider">Where the documents are.</param>
    /// <param name="target">An index or a manifest.</param>
    /// <param name="platform">The platform. Null is this machine's for an index, and any for a manifest.</param>
    /// <param name="cancellationToken">Cancels.</param>
    /// <exception cref="LayerStoreException"><see cref="ErrorKind.NotFound"/>: no image of that platform; the message names
    /// those there are. <see cref="ErrorKind.DataLoss"/>: a document is missing, malformed or not what its descriptor says.</exception>
    public static async Task<ResolvedManifest> ResolveAsync(
        IBlobProvider provider, Descriptor target, Platform? platform = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(provider);
        ArgumentNullException.ThrowIfNull(target);
        if (MediaTypes.IsIndex(target.MediaType))
        {
            Search search = new(provider, (platform ?? Platform.Current).Compatible(), cancellationToken);
            await search.VisitAsync(target, []).ConfigureAwait(false);
            (Descriptor descriptor, IReadOnlyList<ImageIndex> way) = search.Best();
            return new ResolvedManifest(target, way, await provider.ReadManifestAsync(descriptor, cancellationToken).ConfigureAwait(false));
        }

        if (!MediaTypes.IsManifest(target.MediaType))
        {
            throw StrictJson.Error($"blob {target.Digest}", $"has the type {target.MediaType}, which is neither an image manifest nor an index");
        }

        ImageManifest manifest = await provider.ReadManifestAsync(target, cancellationToken).ConfigureAwait(false);
        if (platform is not null
            && await PlatformOfAsync(provider, manifest, cancellationToken).ConfigureAwait(false) is { } own
            && !platform.Compatible().Any(wanted => wanted.Matches(own)))
        {
            throw NoSuchPlatform(platform, [own]);
        }

        return new ResolvedManifest(target, [], manifest);
    }

    private static async Task<Platform?> PlatformOfAsync(IBlobProvider provider, ImageManifest manifest, CancellationToken cancellationToken) =>
        MediaTypes.IsImageConfig(manifest.Config.MediaType)
            ? ImageConfig.ParsePlatform(
                await provider.ReadDocumentAsync(manifest.Config, cancellationToken).ConfigureAwait(false), $"image config {manifest.Config.Digest}", provider.Documents)
            : null;

    private static LayerStoreException NoSuchPlatform(Platform wanted, IEnumerable<Platform> available)
    {
        string names = string.Join(", ", available.Select(platform => platform.Normalize().ToString()).Distinct());
        return new LayerStoreException(
            ErrorKind.NotFound,
            $"no image for {wanted} here; available: {(names.Length == 0 ? "none" : names)}",
            names.Length == 0 ? null : "Choose one with --platform.");
    }

    private sealed class Search(IBlobProvider provider, IReadOnlyList<Platform> wanted, CancellationToken cancellationToken)
    {
        private readonly HashSet<Digest> _visited = [];
        private readonly List<Platform> _available = [];
        private (Descriptor Descriptor, IReadOnlyList<ImageIndex> Way)? _best;
        private int _bestRank = int.MaxValue;

        /// <summary>The best that was found.</summary>
        public (Descriptor Descriptor, IReadOnlyList<ImageIndex> Way) Best() => _best ?? throw NoSuchPlatform(wanted[0], _available);

        /// <summary>Looks through an index, depth first, until nothing better can come.</summary>
        public async Task VisitAsync(Descriptor descriptor, IReadOnlyList<ImageIndex> above)
        {
            if (!_visited.Add(descriptor.Digest))
            {
                return;
            }

            if (above.Count >= provider.Documents.MaxIndexDepth)
            {
                throw StrictJson.OverLimit(
                    $"index {descriptor.Digest}",
                    $"is nested deeper than {nameof(DocumentLimits.MaxIndexDepth)} allows ({provider.Documents.MaxIndexDepth})",
                    nameof(DocumentLimits.MaxIndexDepth));
            }

            if (_visited.Count > MaxIndexes)
            {
                throw StrictJson.Error($"index {descriptor.Digest}", $"is one of more than {MaxIndexes} indexes and manifests to look into");
            }

            ImageIndex index = await provider.ReadIndexAsync(descriptor, cancellationToken).ConfigureAwait(false);
            IReadOnlyList<ImageIndex> way = [.. above, index];
            foreach (Descriptor entry in index.Manifests)
            {
                if (_bestRank == 0)
                {
                    return;
                }

                if (MediaTypes.IsIndex(entry.MediaType))
                {
                    await VisitAsync(entry, way).ConfigureAwait(false);
                }
                else if (MediaTypes.IsManifest(entry.MediaType) && entry.Platform is not { IsUnknown: true })
                {
                    await ConsiderAsync(entry, way).ConfigureAwait(false);
                }
            }
        }

        private async Task ConsiderAsync(Descriptor entry, IReadOnlyList<ImageIndex> way)
        {
            Platform? platform = entry.Platform;
            if (platform is null)
            {
                if (!_visited.Add(entry.Digest))
                {
                    return;
                }

                ImageManifest manifest = await provider.ReadManifestAsync(entry, cancellationToken).ConfigureAwait(false);
                platform = await PlatformOfAsync(provider, manifest, cancellationToken).ConfigureAwait(false);
            }

            int rank = platform is null ? int.MaxValue - 1 : int.MaxValue;
            for (int i = 0; platform is not null && i < wanted.Count; i++)
            {
                if (wanted[i].Matches(platform))
                {
                    rank = i;
                    break;
                }
            }

            if (platform is not null)
            {
                _available.Add(platform);
            }

            if (rank < _bestRank)
            {
                _bestRank = rank;
                _best = (entry, way);
            }
        }
    }
}
