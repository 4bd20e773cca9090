using LayerStore;
using LayerStore.Content;
using LayerStore.Metadata;
using Snapshotter.Linux;
using Snapshotter.Snapshots.Database;
using Snapshotter.Snapshots.Images;
using Snapshotter.Snapshots.Trees;

namespace Snapshotter.Snapshots.Overlay;

/// <summary>The default driver: layers are directories, and the kernel's overlay file system stacks them.</summary>
/// <remarks>
/// <para>Every snapshot has a tree of its own: a layer, the upper of an active one, or the empty top of a view. Tops are
/// made with the metadata of the image's root, for overlay shows the root of what is topmost. An active snapshot
/// without a parent is an overlay too, over an empty directory, so that whiteouts can be made in it.</para>
/// <para>What comes in through <see cref="ISnapshotter.CommitAsync"/> stays where it is and belongs to that snapshot;
/// only <see cref="PublishAsync"/> makes layers.</para>
/// </remarks>
public sealed partial class OverlaySnapshotter : DirectorySnapshotter, ILayerSnapshotter
{
    /// <summary>The driver's name.</summary>
    public const string DriverName = "overlay";

    /// <summary>The name of the driver that stacks the same way, and keeps the layers that it unpacks as images.</summary>
    public const string ErofsDriverName = "erofs";

    private static readonly TreeRow s_empty = new(TreeStore.Empty, HasRootEntry: false, HasOpaqueRoot: false);

    private readonly OverlayXattrs _overlay;
    private readonly OverlayPublisher _publisher;
    private readonly LayerSharing _sharing;

    /// <param name="layout">The store.</param>
    /// <param name="database">Its records, taken over.</param>
    /// <param name="options">How it was opened.</param>
    /// <param name="images">Whether layers that are unpacked become images.</param>
    internal OverlaySnapshotter(StoreLayout layout, SqliteDatabase database, SnapshotterOptions options, bool images)
        : base(layout, database, options, images)
    {
        OverlayXattrNamespace = layout.Xattrs == XattrNamespace.User ? "user" : "trusted";
        _overlay = new OverlayXattrs(OverlayXattrNamespace);
        _publisher = new OverlayPublisher(Database, Table);
        _sharing = new LayerSharing(Database, Table);
    }

    /// <inheritdoc/>
    public string OverlayXattrNamespace { get; }

    /// <inheritdoc/>
    public bool MakesImages => Images is not null;

    private protected override bool CanRebase => true;

    /// <summary>Opens the snapshots of a store. Any number of processes may have them open.</summary>
    /// <exception cref="LayerStoreException"><see cref="ErrorKind.FailedPrecondition"/>: they belong to another driver;
    /// <see cref="ErrorKind.NotFound"/>: the store is read-only and has none; <see cref="ErrorKind.Unimplemented"/>: it is new, and its file
    /// system cannot hold overlay's marks; others as <see cref="SqliteDatabase.Open"/>.</exception>
    public static OverlaySnapshotter Open(StoreLayout layout, SnapshotterOptions? options = null) =>
        (OverlaySnapshotter)SnapshotDrivers.Open(layout, DriverName, options);

    /// <inheritdoc/>
    public Task<LayerInfo?> FindLayerAsync(Digest diffId, Digest chainId, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(diffId);
        ArgumentNullException.ThrowIfNull(chainId);
        cancellationToken.ThrowIfCancellationRequested();
        return Task.FromResult(Database.Read(s => LayerTable.Find(s, diffId, chainId)) is { } row ? ToInfo(row) : null);
    }

    /// <inheritdoc/>
    public Task<IReadOnlyList<LayerInfo>> ListLayersAsync(CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return Task.FromResult<IReadOnlyList<LayerInfo>>([.. Database.Read(LayerTable.All).Select(ToInfo)]);
    }

    /// <inheritdoc/>
    public async Task<LayerDraft> BeginLayerAsync(CancellationToken cancellationToken = default)
    {
        Layout.RequireWritable();
        DirectoryHandle syncHandle = TrustedDirectory.Open(Layout.Trees);
        long? tree = null;
        try
        {
            tree = await Trees.AddDraftAsync(cancellationToken).ConfigureAwait(false);
            MakeTop(tree.Value, rootSource: null);
            return new OverlayLayerDraft(Layout, Trees, tree.Value, syncHandle, freeze: null);
        }
        catch
        {
            syncHandle.Dispose();
            if (tree is { } number)
            {
                Trees.Discard(number);
            }

            throw;
        }
    }

    /// <inheritdoc/>
    public async Task<LayerDraft> FreezeAsync(string key, CancellationToken cancellationToken = default)
    {
        SnapshotErrors.CheckKey(key);
        Layout.RequireWritable();
        long tree = RequireActive(key).Tree;
        FreezeLock freeze = await FreezeLock.AcquireAsync(Layout, key, tree, cancellationToken).ConfigureAwait(false);
        try
        {
            // Between the first look and the lock, another draft of it may have been published.
            if (RequireActive(key).Tree != tree)
            {
                throw SnapshotErrors.Changed(key);
            }

            RefuseIfUpperIsMounted(key, tree);
            return new OverlayLayerDraft(Layout, Trees, tree, TrustedDirectory.Open(Layout.Trees), freeze) { HasRootEntry = true };
        }
        catch
        {
            freeze.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public async Task PublishAsync(
        IReadOnlyList<LayerLink> chain,
        string? continued = null,
        IReadOnlyDictionary<string, string?>? labels = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(chain);
        Layout.RequireWritable();
        OverlayLayerDraft[] drafts = [.. chain.Select(l => l.Draft).OfType<OverlayLayerDraft>()];
        OverlayLayerDraft? frozen = OverlayPublisher.Check(chain, drafts, Trees, continued);
        string? parent = _publisher.FindParent(chain[0], continued);
        long? newUpper = frozen is null ? null : await Trees.AddDraftAsync(cancellationToken).ConfigureAwait(false);

        // Crash points: until the transaction all of this is drafts, which the next opening removes, and a frozen upper is still its
        // snapshot's. After it all is there; what no row names any more (a work directory, a tree that lost its last user) the collector removes.
        try
        {
            MakeDurable(drafts, newUpper, frozen?.Tree, cancellationToken);
            if (frozen is not null)
            {
                RefuseIfUpperIsMounted(continued!, frozen.Tree);
            }

            _publisher.Publish(chain, parent, new OverlayContinuation(continued, frozen, newUpper, labels), Now).ForEach(Trees.Delete);
            if (frozen is not null)
            {
                Trees.DeleteWork(frozen.Tree);
            }
        }
        catch when (newUpper is not null)
        {
            Trees.Discard(newUpper.Value);
            throw;
        }
    }

    /// <inheritdoc/>
    public Task<string?> ShareAsync(
        Digest chainId, string? parent, IReadOnlyDictionary<string, string>? labels = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(chainId);
        Labels.Validate((labels ??= Labels.None)!);
        cancellationToken.ThrowIfCancellationRequested();
        return Task.FromResult(_sharing.Share(chainId, parent, labels, Now));
    }

    /// <inheritdoc/>
    public async Task<SnapshotStack> StackAsync(string key, CancellationToken cancellationToken = default)
    {
        SnapshotErrors.CheckKey(key);
        cancellationToken.ThrowIfCancellationRequested();
        StoreLock? held = Images is null ? null : await Images.HoldAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            (SnapshotKind kind, List<TreeRow> chain) = Database.Read(s =>
            {
                SnapshotRow row = Require(s, key);
                return (row.Kind, SnapshotTable.Chain(s, row.Id));
            });
            bool hasTop = kind != SnapshotKind.Committed;
            OverlayStack below = OverlayStack.Of(chain.Skip(hasTop ? 1 : 0));
            return new SnapshotStack(
                kind == SnapshotKind.Active ? Layout.Tree(chain[0].Id) : null,
                Directories(hasTop ? Lowers(kind, chain[0], below) : below.Lowers),
                below.Root is { } root ? DirectoryOf(root) : null)
            {
                Empty = FindEmptyLower(),
                Shown = Images is null ? null : new ShownLayers(Images, held, chain),
            };
        }
        catch
        {
            held?.Dispose();
            throw;
        }
    }

    /// <summary>The tree of an active snapshot or view itself, and whether no layer is below it. Nothing is mounted for the answer.</summary>
    internal (long Top, bool StandsOnNothing) FindTop(string key) => Database.Read(s =>
    {
        SnapshotRow row = Require(s, key);
        return (row.Tree, row.Parent is null);
    });

    /// <inheritdoc/>
    public Task<IReadOnlyList<LayerInfo>> RemoveUnusedLayersAsync(CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        List<LayerRow> removed = Database.Write(LayerTable.RemoveUnused);
        removed.ForEach(layer => Trees.Delete(layer.Tree));
        return Task.FromResult<IReadOnlyList<LayerInfo>>(removed.ConvertAll(ToInfo));
    }

    private protected override IReadOnlyList<Mount> MountsOf(SnapshotRow row, IReadOnlyList<TreeRow> chain)
    {
        List<string> lowers = Directories(Lowers(row.Kind, chain[0], OverlayStack.Of(chain.Skip(1))));
        bool userXattrs = Layout.Xattrs == XattrNamespace.User;
        return row.Kind == SnapshotKind.Active
            ? [OverlayMount.Create(lowers, Layout.Tree(row.Tree), Layout.Work(row.Tree), userXattrs)]
            : [OverlayMount.Create(lowers, null, null, userXattrs)];
    }

    // Once, when the store gets its driver: a layer that lacks its marks would show what it hides.
    internal static void RequireXattrs(StoreLayout layout)
    {
        ByteString opaque = new OverlayXattrs(layout.Xattrs == XattrNamespace.User ? "user" : "trusted").Opaque;
        if (!FileSystemProbe.KnowsXattr(layout.Trash, opaque))
        {
            throw new LayerStoreException(
                ErrorKind.Unimplemented,
                $"the file system of {Printable.Text(layout.Root)} ({FileSystemProbe.TypeName(layout.Root)}) does not keep xattrs such as {opaque}, which overlay's layers need",
                "Choose another root, or keep whole trees there: --driver native");
        }
    }

    // Not by LINQ, which would be compiled at run time for numbers: that takes longer than all else in a short command.
    private List<string> Directories(IReadOnlyList<TreeRow> trees)
    {
        List<string> directories = [];
        foreach (TreeRow tree in trees)
        {
            directories.Add(DirectoryOf(tree));
        }

        return directories;
    }

    /// <summary>The directory that shows a tree.</summary>
    private string DirectoryOf(TreeRow tree) => tree.IsImage
        ? (Images ?? throw SnapshotErrors.ImageOfOtherDriver(tree.Id)).Show(tree.Id)
        : Layout.Tree(tree.Id);

    // Overlay wants a lower directory below an upper, and two without one.
    private static IReadOnlyList<TreeRow> Lowers(SnapshotKind kind, TreeRow top, OverlayStack below)
    {
        IReadOnlyList<TreeRow> lowers = below.Lowers.Count == 0 ? [s_empty] : below.Lowers;
        return kind == SnapshotKind.Active ? lowers : [top, .. lowers];
    }

    private string? FindEmptyLower()
    {
        string path = Layout.Tree(TreeStore.Empty);
        return !Layout.IsReadOnly || Directory.Exists(path) ? path : null;
    }

    private void MakeDurable(OverlayLayerDraft[] drafts, long? newUpper, long? frozen, CancellationToken cancellationToken)
    {
        if (newUpper is { } upper)
        {
            MakeTop(upper, frozen is { } source ? new TreeRow(source, HasRootEntry: true, HasOpaqueRoot: false) : null);
            MakeWork(upper);
        }

        if (drafts.MinBy(d => d.Order) is { } first)
        {
            SyncFileSystem(first.SyncHandle);
        }

        foreach (OverlayLayerDraft draft in drafts)
        {
            draft.Usage ??= TreeUsage.Measure(draft.Directory, cancellationToken);
        }
    }

    private SnapshotRow RequireActive(string key)
    {
        SnapshotRow row = Database.Read(s => Require(s, key));
        return row.Kind == SnapshotKind.Active ? row : throw SnapshotErrors.NotActive(key, "commit");
    }

    // In whichever mount namespace: its writer would write into what is about to be a layer.
    private void RefuseIfUpperIsMounted(string key, long tree)
    {
        string option = "upperdir=" + Layout.Tree(tree);
        string escaped = "upperdir=" + OverlayMount.Escape(Layout.Tree(tree));
        foreach (MountEntry mount in MountTable.ReadAllNamespaces().Where(m => m.FileSystemType == "overlay"))
        {
            string options = mount.SuperOptions + ",";
            if (options.Contains(option + ",", StringComparison.Ordinal) || options.Contains(escaped + ",", StringComparison.Ordinal))
            {
                throw SnapshotErrors.Mounted(key, "commit", mount.Target);
            }
        }
    }

    private LayerInfo ToInfo(LayerRow row) => new(row.DiffId, row.ChainId, row.Tree, Layout.Tree(row.Tree), row.Usage, row.Manifest, row.ImageDigest);
}
