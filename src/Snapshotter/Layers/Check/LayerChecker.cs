using LayerStore;
using LayerStore.Content;
using Snapshotter.Layers.Manifest;
using Snapshotter.Linux;
using Snapshotter.Snapshots;
using Snapshotter.Snapshots.Trees;

namespace Snapshotter.Layers.Check;

/// <summary>Compares the unpacked trees with their manifests, and heals what is damaged from their blobs.</summary>
internal sealed class LayerChecker(StoreLayout layout, DirectorySnapshotter snapshots, ITreeMaker maker, CheckOptions options, CheckWatch watch, bool sync)
{
    private readonly TreeStore _trees = snapshots.Trees;
    private readonly ImageChecker _images = new(layout, snapshots, maker, options, watch);

    // What is predicted to be freed may be wrong by so many bytes, or by 1 %.
    private const long LargestError = 4 << 20;

    private readonly FileSystemTables _tables = FileSystemTables.Of(layout.Root);
    private readonly List<CheckFinding> _findings = [];

    /// <summary>How many trees there are.</summary>
    public int Count { get; private set; }

    /// <summary>Checks all of them.</summary>
    public async Task<IReadOnlyList<CheckFinding>> CheckAsync(CancellationToken cancellationToken)
    {
        IReadOnlyList<CheckedTree> all = await maker.ListAsync(cancellationToken).ConfigureAwait(false);
        foreach (CheckedTree tree in all)
        {
            watch.Expect(tree.Id, tree.Bytes);
        }

        foreach (CheckedTree tree in all)
        {
            Count++;
            watch.Begin(tree.Id, tree.Bytes);
            await CheckAsync(tree, cancellationToken).ConfigureAwait(false);
            watch.End();
        }

        return _findings;
    }

    private async Task CheckAsync(CheckedTree tree, CancellationToken cancellationToken)
    {
        if (tree.Image is not null)
        {
            _findings.AddRange(await _images.CheckAsync(tree, cancellationToken).ConfigureAwait(false));
            return;
        }

        if (ReadManifest(tree) is not { } manifest)
        {
            Digest? rebuilt = options.Repair ? await RebuildManifestAsync(tree, cancellationToken).ConfigureAwait(false) : null;
            Add(tree, $"its manifest m/{tree.Tree} is missing or damaged, so its files cannot be judged", isRepaired: rebuilt is not null);
            if (rebuilt is null)
            {
                return;
            }

            manifest = LayerManifest.ReadVerified(layout.Manifest(tree.Tree), rebuilt);
        }

        // What is there instead of the directory, a link elsewhere say, is neither read nor written through.
        bool isThere = TrustedDirectory.Exists(layout.Tree(tree.Tree));
        bool isReplaced = !isThere && Path.Exists(layout.Tree(tree.Tree));
        TreeComparison found = isThere ? Compare(tree, manifest, _ => options.ReadData, cancellationToken) : new TreeComparison(AllOf(manifest), default);
        List<TreeDamage> damage = found.Damage;
        if (damage.Count == 0)
        {
            CheckUsage(tree, found.Usage);
            return;
        }

        HashSet<ByteString> healed = [];
        if (options.Repair && await RepairAsync(tree, manifest, damage, cancellationToken).ConfigureAwait(false))
        {
            // What was not damaged was read before, and what was, is now a file whose content was read in the copy.
            HashSet<ByteString> left = [.. Compare(tree, manifest, _ => false, cancellationToken).Damage.Select(one => one.Path)];
            healed = [.. damage.Select(one => one.Path).Where(path => !left.Contains(path))];
        }

        if (!isThere)
        {
            bool isHealed = healed.Count == damage.Count;
            string removed = isHealed ? ", which was removed" : "";
            Add(tree, isReplaced ? $"its directory t/{tree.Tree} is something else{removed}" : $"its directory t/{tree.Tree} is missing", isHealed);
            return;
        }

        foreach (TreeDamage one in damage)
        {
            Add(tree, TreeFaultText.Of(one.Faults, healed.Contains(one.Path)), healed.Contains(one.Path), one);
        }
    }

    // What rmi and gc say that a tree frees is its record's number, where that stays true (SpaceMeter). In a copy of a store on another file system it is not.
    private void CheckUsage(CheckedTree tree, SnapshotUsage usage)
    {
        if (!_tables.CountsStay || Math.Abs(usage.Bytes - tree.Bytes) <= Math.Max(LargestError, usage.Bytes / 100))
        {
            return;
        }

        if (options.Repair)
        {
            _trees.SetUsage(tree.Tree, usage);
        }

        _findings.Add(new CheckFinding(tree.Subject, tree.Id.ToString(), $"it takes {usage.Bytes} bytes on the disk, and its record said {tree.Bytes}")
        {
            IsRepaired = options.Repair,
        });
    }

    private byte[]? ReadManifest(CheckedTree tree)
    {
        try
        {
            return tree.Manifest is { } digest ? LayerManifest.ReadVerified(layout.Manifest(tree.Tree), digest) : null;
        }
        catch (LayerStoreException e) when (e.Kind == ErrorKind.DataLoss)
        {
            return null;
        }
    }

    private TreeComparison Compare(CheckedTree tree, byte[] manifest, Func<ByteString, bool> reads, CancellationToken cancellationToken)
    {
        using RootDirectory root = RootDirectory.Open(layout.Tree(tree.Tree));
        return TreeChecker.Check(root, manifest, maker.Overlay, reads, watch, cancellationToken);
    }

    private static List<TreeDamage> AllOf(byte[] manifest) =>
        [.. ManifestReader.ReadAll(manifest).Select(entry => new TreeDamage(entry.Path, TreeFaults.Missing))];

    /// <summary>Heals a tree from a copy that is made from the blob. False if there is no blob that gives one.</summary>
    private Task<bool> RepairAsync(CheckedTree tree, byte[] manifest, List<TreeDamage> damage, CancellationToken cancellationToken) =>
        maker.MakeAsync(
            tree,
            made =>
            {
                using RootDirectory copy = RootDirectory.Open(made.Directory);
                HashSet<ByteString> wanted = [.. damage.Where(one => !one.Faults.HasFlag(TreeFaults.Extra)).Select(one => one.Path)];
                if (TreeChecker.Check(copy, manifest, maker.Overlay, wanted.Contains, CheckWatch.None, cancellationToken).Damage.Exists(one => wanted.Contains(one.Path)))
                {
                    return false; // It was unpacked in another way, or is another layer.
                }

                string directory = layout.Tree(tree.Tree);
                if (!TrustedDirectory.Exists(directory))
                {
                    _trees.DeleteTree(tree.Tree);
                    Directory.CreateDirectory(directory);
                }

                using RootDirectory root = RootDirectory.Open(directory);
                TreeRepairer.Repair(root, copy, manifest, damage);
                Sync(directory);
                return true;
            },
            cancellationToken);

    private async Task<Digest?> RebuildManifestAsync(CheckedTree tree, CancellationToken cancellationToken)
    {
        Digest? digest = null;
        await maker.MakeAsync(
            tree,
            made =>
            {
                File.Move(made.ManifestPath, layout.Manifest(tree.Tree), overwrite: true);
                Sync(layout.Manifests);
                _trees.SetManifest(tree.Tree, made.Manifest!);
                digest = made.Manifest;
                return true;
            },
            cancellationToken).ConfigureAwait(false);
        return digest;
    }

    private void Sync(string directory)
    {
        if (!sync)
        {
            return;
        }

        using DirectoryHandle handle = TrustedDirectory.Open(directory);
        FileSystemSync.SyncFileSystem(handle.Handle);
    }

    private void Add(CheckedTree tree, string what, bool isRepaired, TreeDamage? damage = null) =>
        _findings.Add(new CheckFinding(tree.Subject, tree.Id.ToString(), what)
        {
            Path = damage?.Path,
            Faults = damage?.Faults ?? TreeFaults.None,
            IsDamage = true,
            IsRepaired = isRepaired,
        });
}
