using LayerStore;
using LayerStore.Content;
using LayerStore.Images;
using Snapshotter.Layers.Manifest;
using Snapshotter.Layers.Unpack;
using Snapshotter.Linux;
using Snapshotter.Snapshots;
using Snapshotter.Snapshots.Trees;

namespace Snapshotter.Layers.Check;

/// <summary>Compares the unpacked layers with their manifests, and heals what is damaged from their blobs.</summary>
internal sealed class LayerChecker(
    StoreLayout layout, IContentStore content, ILayerSnapshotter snapshots, TreeStore trees, LayerSources sources, CheckOptions options, Throttle throttle)
{
    private readonly OverlayXattrs _overlay = new(snapshots.OverlayXattrNamespace);
    private readonly List<CheckFinding> _findings = [];

    /// <summary>How many layers there are.</summary>
    public int Count { get; private set; }

    /// <summary>Checks all layers: first those that stand alone, for the others are healed on top of them.</summary>
    public async Task<IReadOnlyList<CheckFinding>> CheckAsync(CancellationToken cancellationToken)
    {
        IReadOnlyList<LayerInfo> layers = await snapshots.ListLayersAsync(cancellationToken).ConfigureAwait(false);
        foreach (LayerInfo layer in layers.OrderBy(layer => layer.CompletedFor is not null).ThenBy(layer => layer.Tree))
        {
            Count++;
            await CheckAsync(layer, cancellationToken).ConfigureAwait(false);
        }

        return _findings;
    }

    private async Task CheckAsync(LayerInfo layer, CancellationToken cancellationToken)
    {
        if (ReadManifest(layer) is not { } manifest)
        {
            Digest? rebuilt = options.Repair ? await RebuildManifestAsync(layer, cancellationToken).ConfigureAwait(false) : null;
            Add(layer, "its manifest is missing or damaged, so its files cannot be judged", isRepaired: rebuilt is not null);
            if (rebuilt is null)
            {
                return;
            }

            manifest = LayerManifest.ReadVerified(layout.Manifest(layer.Tree), rebuilt);
        }

        bool isThere = Directory.Exists(layer.Directory);
        List<TreeDamage> damage = isThere ? Compare(layer, manifest, cancellationToken) : AllOf(manifest);
        if (damage.Count == 0)
        {
            return;
        }

        HashSet<ByteString> healed = [];
        if (options.Repair && await RepairAsync(layer, manifest, damage, cancellationToken).ConfigureAwait(false))
        {
            HashSet<ByteString> left = [.. Compare(layer, manifest, cancellationToken).Select(one => one.Path)];
            healed = [.. damage.Select(one => one.Path).Where(path => !left.Contains(path))];
        }

        if (!isThere)
        {
            Add(layer, "its directory is missing", isRepaired: healed.Count == damage.Count);
            return;
        }

        foreach (TreeDamage one in damage)
        {
            Add(layer, Describe(one.Faults), healed.Contains(one.Path), one);
        }
    }

    private byte[]? ReadManifest(LayerInfo layer)
    {
        try
        {
            return layer.ManifestDigest is { } digest ? LayerManifest.ReadVerified(layout.Manifest(layer.Tree), digest) : null;
        }
        catch (LayerStoreException e) when (e.Kind == ErrorKind.DataLoss)
        {
            return null;
        }
    }

    private List<TreeDamage> Compare(LayerInfo layer, byte[] manifest, CancellationToken cancellationToken)
    {
        using RootDirectory tree = RootDirectory.Open(layer.Directory);
        return TreeChecker.Check(tree, manifest, _overlay, options.ReadData, throttle, cancellationToken);
    }

    private static List<TreeDamage> AllOf(byte[] manifest) =>
        [.. ManifestReader.ReadAll(manifest).Select(entry => new TreeDamage(entry.Path, TreeFaults.Missing))];

    /// <summary>Heals a tree from a copy that is made from the blob. False if there is no blob that gives one.</summary>
    private Task<bool> RepairAsync(LayerInfo layer, byte[] manifest, List<TreeDamage> damage, CancellationToken cancellationToken) =>
        WithCopyAsync(
            layer,
            draft =>
            {
                using RootDirectory copy = RootDirectory.Open(draft.Directory);
                HashSet<ByteString> wanted = [.. damage.Where(one => !one.Faults.HasFlag(TreeFaults.Extra)).Select(one => one.Path)];
                if (TreeChecker.Check(copy, manifest, _overlay, readsAll: true, Throttle.None, cancellationToken).Exists(one => wanted.Contains(one.Path)))
                {
                    return false; // It was unpacked in another way, or is another layer.
                }

                Directory.CreateDirectory(layer.Directory);
                using RootDirectory tree = RootDirectory.Open(layer.Directory);
                TreeRepairer.Repair(tree, copy, manifest, damage);
                Sync(layer.Directory);
                return true;
            },
            cancellationToken);

    private async Task<Digest?> RebuildManifestAsync(LayerInfo layer, CancellationToken cancellationToken)
    {
        Digest? digest = null;
        await WithCopyAsync(
            layer,
            draft =>
            {
                File.Move(draft.ManifestPath, layout.Manifest(layer.Tree), overwrite: true);
                Sync(layout.Manifests);
                trees.SetManifest(layer.Tree, draft.ManifestDigest!);
                digest = draft.ManifestDigest;
                return true;
            },
            cancellationToken).ConfigureAwait(false);
        return digest;
    }

    private static void Sync(string directory)
    {
        using DirectoryHandle handle = TrustedDirectory.Open(directory);
        FileSystemSync.SyncFileSystem(handle.Handle);
    }

    /// <summary>Extracts the layer into a draft that is thrown away afterwards, from the first image whose blob is sound.</summary>
    private async Task<bool> WithCopyAsync(LayerInfo layer, Func<LayerDraft, bool> use, CancellationToken cancellationToken)
    {
        foreach ((ImageView image, int index) in sources.Find(layer))
        {
            foreach (LayerOptions how in (LayerOptions[])[LayerOptions.Default, LayerOptions.Default with { StripSetuid = true }])
            {
                LayerExtractor extractor = new(new ContentBlobProvider(content), how with { SquashIds = !UserNamespace.Current.IsInitial }, progress: null);
                LayerDraft? draft = null;
                try
                {
                    DraftFiller filler = await DraftFiller
                        .ExtractAsync(snapshots, image, index, extractor, begun => draft = begun, cancellationToken).ConfigureAwait(false);
                    if (filler.IsLoose)
                    {
                        await filler.CompleteAsync(cancellationToken).ConfigureAwait(false);
                    }

                    if (use(filler.Draft))
                    {
                        return true;
                    }
                }
                catch (LayerStoreException e) when (e.Kind is ErrorKind.DataLoss or ErrorKind.NotFound)
                {
                    // Its blob is damaged or gone, which is said of the blob.
                }
                finally
                {
                    if (draft is not null)
                    {
                        await draft.DisposeAsync().ConfigureAwait(false);
                    }
                }
            }
        }

        return false;
    }

    private void Add(LayerInfo layer, string what, bool isRepaired, TreeDamage? damage = null) =>
        _findings.Add(new CheckFinding(CheckSubject.Layer, layer.DiffId.ToString(), what)
        {
            Path = damage?.Path,
            Faults = damage?.Faults ?? TreeFaults.None,
            IsDamage = true,
            IsRepaired = isRepaired,
        });

    private static string Describe(TreeFaults faults)
    {
        List<string> parts = [];
        foreach ((TreeFaults fault, string text) in (ReadOnlySpan<(TreeFaults, string)>)
            [
                (TreeFaults.Missing, "missing"),
                (TreeFaults.Extra, "not of this layer"),
                (TreeFaults.Type, "another type of file"),
                (TreeFaults.Content, "other content"),
                (TreeFaults.Target, "another target"),
                (TreeFaults.HardLink, "not the hard link it was"),
                (TreeFaults.Mode, "another mode"),
                (TreeFaults.Owner, "another owner"),
                (TreeFaults.Time, "another time"),
                (TreeFaults.Xattrs, "other xattrs"),
            ])
        {
            if (faults.HasFlag(fault))
            {
                parts.Add(text);
            }
        }

        return string.Join(", ", parts);
    }
}
