using LayerStore;
using LayerStore.Content;
using LayerStore.Images;
using LayerStore.Leases;
using LayerStore.Oci;
using LayerStore.Tar;
using LayerStore.Transports;
using Snapshotter.Layers;
using Snapshotter.Layers.Check;
using Snapshotter.Layers.Collection;
using Snapshotter.Layers.Commit;
using Snapshotter.Layers.Listing;
using Snapshotter.Layers.Mounts;
using Snapshotter.Layers.Pull;
using Snapshotter.Layers.Unpack;
using Snapshotter.Linux;
using Snapshotter.Runtime;
using Snapshotter.Snapshots;
using Snapshotter.Snapshots.Database;
using Snapshotter.Snapshots.Native;
using Snapshotter.Snapshots.Overlay;

namespace Snapshotter;

/// <summary>
/// A store of images: pulls, unpacks, mounts, commits and pushes them. Everything that it reports done is on the disk.
/// </summary>
/// <remarks>
/// <para>The parts are there for programs that need one of them: <see cref="Content"/>, <see cref="Images"/>,
/// <see cref="Leases"/>, <see cref="Snapshots"/>. The verbs here put them together and hold no logic of their own.</para>
/// <para>Any number of processes may use one root. An instance may be used by several threads.</para>
/// <para>Errors are <see cref="LayerStoreException"/>; a cancelled call leaves nothing half-visible.</para>
/// </remarks>
public sealed partial class Store : IAsyncDisposable
{
    private readonly StoreLayout _layout;
    private readonly StoreOptions _options;

    // Most commands need one of the two databases.
    private readonly Lazy<StoreRecords> _records;
    private readonly Lazy<DirectorySnapshotter> _snapshots;

    private Store(StoreLayout layout, StoreOptions options)
    {
        _layout = layout;
        _options = options;
        _records = new Lazy<StoreRecords>(() => new StoreRecords(layout, options, () => Dropped?.Invoke()));
        _snapshots = new Lazy<DirectorySnapshotter>(OpenSnapshotter);
    }

    /// <summary>The root's absolute path.</summary>
    public string Root => _layout.Root;

    /// <summary>Blobs, as this store's owner sees them.</summary>
    public IContentStore Content => _records.Value.Content;

    /// <summary>Names; the command line's, whoever asks.</summary>
    public IImageStore Images => _records.Value.Images;

    /// <summary>Leases.</summary>
    public LeaseStore Leases => _records.Value.Leases;

    /// <summary>Snapshots, as this store's owner sees them.</summary>
    /// <exception cref="LayerStoreException"><see cref="ErrorKind.FailedPrecondition"/>: the store's snapshots belong to another driver.</exception>
    public ISnapshotter Snapshots => _snapshots.Value;

    /// <summary>Called after each blob or snapshot that an owner other than the command line gave up.</summary>
    internal event Action? Dropped;

    private DirectorySnapshotter Snapshotter => _snapshots.Value;

    private LayerUnpacker Unpacker => new(_layout, Content, Snapshotter);

    private Collector Collector => new(_layout, _records.Value.All, _records.Value.Documents, Images, Leases, Snapshotter);

    private ImageMounter Mounts => new(_layout, Snapshotter, Snapshotter.MountRecords);

    private ImageCommitter Committer => new(_layout, _records.Value.All, Images, Snapshots, Unpacker, _options.TimeProvider);

    /// <summary>Whether there is a store at this root.</summary>
    public static bool Exists(string root) => StoreLayout.Exists(root);

    /// <summary>Opens the store at a root, and makes it unless the options say not to.</summary>
    /// <exception cref="LayerStoreException"><see cref="ErrorKind.NotFound"/>: no store, and none is to be made;
    /// <see cref="ErrorKind.PermissionDenied"/>: it cannot be made or read there;
    /// <see cref="ErrorKind.FailedPrecondition"/>: made with another driver, format or in another kind of user namespace.</exception>
    public static Task<Store> OpenAsync(string root, StoreOptions? options = null, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        options ??= new StoreOptions();
        bool isNew = options.Create && !StoreLayout.Exists(root);
        Store store = new(isNew ? StoreLayout.OpenOrCreate(root, OwnNamespace(), SnapshotDatabase.Make) : StoreLayout.Open(root), options);
        try
        {
            _ = options.Driver is null ? null : store.Snapshots;
        }
        catch
        {
            store.DisposeRecords();
            throw;
        }

        return Task.FromResult(store);
    }

    /// <summary>Brings an image into the store: blobs, layers, then its name.</summary>
    /// <param name="source">Where it is; not a name in a store.</param>
    /// <param name="options">Its name, platform, and how to unpack it.</param>
    /// <param name="progress">Told of each blob and layer, by several threads.</param>
    /// <param name="cancellationToken">Cancels; what was copied half can be resumed.</param>
    public Task<Image> PullAsync(
        TransportReference source, PullOptions? options = null, IProgress<StoreProgress>? progress = null, CancellationToken cancellationToken = default)
    {
        options ??= new PullOptions();
        RequireCommandLine();
        if (options.Unpack)
        {
            RequireUnpackRights();
        }

        ImagePuller puller = new(Content, Images, Leases, options.Unpack ? Unpacker : null, () => Collector);
        return Tracing.RunAsync(
            "pull", () => puller.PullAsync(source, options, progress, cancellationToken), options.Name);
    }

    /// <summary>Writes an image somewhere else.</summary>
    /// <param name="name">The image.</param>
    /// <param name="destination">Where to; not a name in a store.</param>
    /// <param name="progress">Told of each blob, by several threads.</param>
    /// <param name="cancellationToken">Cancels; nothing is visible there.</param>
    /// <returns>What was written: the whole index if all of it is here, else the manifest.</returns>
    public async Task<Descriptor> PushAsync(
        string name, TransportReference destination, IProgress<StoreProgress>? progress = null, CancellationToken cancellationToken = default)
    {
        await using WorkLease lease = await Leases.BeginWorkAsync("push", cancellationToken).ConfigureAwait(false);
        Image image = await KeepAsync(name, lease, cancellationToken).ConfigureAwait(false);
        await using IImageSink sink = ImageTransports.OpenSink(destination);
        return await new ImageCopier(Content).PushAsync(image, sink, StoreProgressAdapter.ForCopies(progress), cancellationToken).ConfigureAwait(false);
    }

    /// <summary>The image that a user means by this name.</summary>
    /// <exception cref="LayerStoreException"><see cref="ErrorKind.NotFound"/>: no such image.</exception>
    public async Task<Image> ResolveAsync(string name, CancellationToken cancellationToken = default)
    {
        string full = ImageName.Normalize(name);
        return await Images.FindAsync(full, cancellationToken).ConfigureAwait(false)
            ?? await Images.FindAsync(name, cancellationToken).ConfigureAwait(false)
            ?? throw new LayerStoreException(ErrorKind.NotFound, $"there is no image \"{Printable.Text(full)}\" in this store", "See the images with: layerstore images");
    }

    /// <summary>Gives an image another name as well.</summary>
    public async Task<Image> TagAsync(string name, string newName, CancellationToken cancellationToken = default)
    {
        await using WorkLease lease = await Leases.BeginWorkAsync("tag", cancellationToken).ConfigureAwait(false);
        Image image = await KeepAsync(name, lease, cancellationToken).ConfigureAwait(false);
        return await Images.PutAsync(ImageName.Normalize(newName), image.Target, image.Manifest, lease, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Reads an image's manifest, config and list of layers.</summary>
    /// <exception cref="LayerStoreException"><see cref="ErrorKind.DataLoss"/>: an artifact, or damaged.</exception>
    public Task<ImageView> LoadAsync(Image image, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(image);
        return ImageView.LoadAsync(new ContentBlobProvider(Content), image.Manifest, platform: null, cancellationToken);
    }

    /// <summary>Lists the images with their sizes.</summary>
    public Task<IReadOnlyList<ImageSummary>> ListImagesAsync(CancellationToken cancellationToken = default) =>
        new ImageLister(_records.Value.Documents, Images, Snapshots).ListAsync(cancellationToken);

    /// <summary>Writes an image's files as a plain tree, from where the image lies; no store is needed.</summary>
    /// <param name="source">Where it is; not a name in a store.</param>
    /// <param name="directory">Made if missing, refused unless empty; what was made is removed again on failure.</param>
    /// <param name="options">Which platform, and how to make the files.</param>
    /// <param name="progress">Told of each layer.</param>
    /// <param name="cancellationToken">Cancels; what was made is removed.</param>
    public static Task UnpackAsync(
        TransportReference source,
        string directory,
        UnpackOptions? options = null,
        IProgress<StoreProgress>? progress = null,
        CancellationToken cancellationToken = default)
    {
        options ??= new UnpackOptions();
        return TimeLimit.RunAsync(options.Layers.Limits, UnpackSourceAsync, cancellationToken);

        async Task UnpackSourceAsync(CancellationToken token)
        {
            await using IImageSource opened = ImageTransports.OpenSource(source, options.Layers.Limits);
            Descriptor target = await opened.ResolveAsync(token).ConfigureAwait(false);
            ImageView view = await ImageView.LoadAsync(opened, target, options.Platform, token).ConfigureAwait(false);
            await DirectoryUnpacker.UnpackAsync(opened, view, directory, options, StoreProgressAdapter.ForLayers(progress), token).ConfigureAwait(false);
        }
    }

    /// <summary>Writes the files of an image in this store as a plain tree. See the other overload.</summary>
    public async Task UnpackAsync(
        string name, string directory, UnpackOptions? options = null, IProgress<StoreProgress>? progress = null, CancellationToken cancellationToken = default)
    {
        options ??= new UnpackOptions();
        await using WorkLease lease = await Leases.BeginWorkAsync("unpack", cancellationToken).ConfigureAwait(false);
        ImageView view = await LoadAsync(await KeepAsync(name, lease, cancellationToken).ConfigureAwait(false), cancellationToken).ConfigureAwait(false);
        await TimeLimit.RunAsync(
            options.Layers.Limits,
            token => DirectoryUnpacker.UnpackAsync(
                new ContentBlobProvider(Content), view, directory, options, StoreProgressAdapter.ForLayers(progress), token),
            cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Mounts an image, unpacking it first if need be. See <see cref="MountResult"/>.</summary>
    /// <param name="name">The image.</param>
    /// <param name="target">Made if missing, else an empty directory.</param>
    /// <param name="key">A snapshot of this image to mount again, or a new one's key; null makes a key.</param>
    /// <param name="readOnly">Whether to mount a view; one without a key goes when it is unmounted.</param>
    /// <param name="cancellationToken">Cancels; nothing is left mounted.</param>
    public async Task<MountResult> MountAsync(
        string name, string target, string? key = null, bool readOnly = false, CancellationToken cancellationToken = default)
    {
        RequireUnpackRights();
        await using WorkLease lease = await Leases.BeginWorkAsync("mount", cancellationToken).ConfigureAwait(false);
        (Image image, ImageView view) = await UnpackedAsync(name, lease, cancellationToken).ConfigureAwait(false);
        return await Mounts.MountAsync(view, image.Name, target, key, readOnly, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Unmounts a target or a key, and removes its snapshot if asked to.</summary>
    public Task<UnmountResult> UnmountAsync(string targetOrKey, bool remove = false, CancellationToken cancellationToken = default) =>
        Mounts.UnmountAsync(targetOrKey, remove, cancellationToken);

    /// <summary>Makes a bundle that an OCI runtime starts: <c>config.json</c> from the image, and <c>rootfs</c> mounted.</summary>
    /// <param name="name">The image.</param>
    /// <param name="directory">The bundle: made if missing, else empty or this snapshot's bundle already.</param>
    /// <param name="key">As in <see cref="MountAsync"/>.</param>
    /// <param name="cancellationToken">Cancels; nothing is left.</param>
    /// <returns>The snapshot's key.</returns>
    public async Task<string> BundleAsync(string name, string directory, string? key = null, CancellationToken cancellationToken = default)
    {
        RequireUnpackRights();
        await using WorkLease lease = await Leases.BeginWorkAsync("bundle", cancellationToken).ConfigureAwait(false);
        (Image image, ImageView view) = await UnpackedAsync(name, lease, cancellationToken).ConfigureAwait(false);
        return (await new BundleMaker(Mounts).MakeAsync(view, image.Name, directory, key, cancellationToken).ConfigureAwait(false)).Key;
    }

    /// <summary>Writes what changed in a snapshot as an uncompressed layer.</summary>
    /// <param name="key">The snapshot.</param>
    /// <param name="output">Gets the tar; it stays the caller's.</param>
    /// <param name="latest">Later modification times are written as this one; null keeps all.</param>
    /// <param name="cancellationToken">Stops.</param>
    public Task DiffAsync(string key, Stream output, Timestamp? latest = null, CancellationToken cancellationToken = default) =>
        Committer.DiffAsync(key, output, latest, cancellationToken);

    /// <summary>Lists what changed in a snapshot.</summary>
    public Task<IReadOnlyList<PathChange>> SummarizeAsync(string key, CancellationToken cancellationToken = default) =>
        Committer.SummarizeAsync(key, cancellationToken);

    /// <summary>Makes a new image of what changed in a snapshot. The snapshot stays usable, mounted or not.</summary>
    /// <param name="key">The snapshot, made by <see cref="MountAsync"/> or <see cref="BundleAsync"/>.</param>
    /// <param name="name">The new image's name.</param>
    /// <param name="options">What its history says, and how its layer is packed.</param>
    /// <param name="cancellationToken">Cancels; no image is made.</param>
    public async Task<CommitResult> CommitAsync(
        string key, string name, CommitOptions? options = null, CancellationToken cancellationToken = default)
    {
        RequireCommandLine();
        List<Digest> brought = [];
        try
        {
            await using WorkLease lease = await Leases.BeginWorkAsync("commit", cancellationToken).ConfigureAwait(false);
            return await Tracing.RunAsync(
                "commit", () => Committer.CommitAsync(key, ImageName.Normalize(name), options ?? new CommitOptions(), lease, brought, cancellationToken), key).ConfigureAwait(false);
        }
        catch (Exception) when (brought.Count > 0)
        {
            await Collector.FreeAfterFailureAsync(brought, [], cancellationToken.IsCancellationRequested).ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>Checks the store, and mends it if asked to. See <see cref="CheckOptions"/>.</summary>
    /// <param name="options">How thoroughly.</param>
    /// <param name="progress">Told of each blob that is read and of each unpacked layer.</param>
    /// <param name="cancellationToken">Cancels; a file that is being mended is the old one or the new one.</param>
    /// <returns>What was found: damage, and notes about what is only in the way.</returns>
    public async Task<CheckReport> CheckAsync(
        CheckOptions? options = null, IProgress<StoreProgress>? progress = null, CancellationToken cancellationToken = default)
    {
        options ??= new CheckOptions();
        if (options.Repair)
        {
            _layout.RequireWritable();
        }

        using StoreLock? held = options.Repair
            ? await CollectionLock.TakeAsync(_layout, cancellationToken).ConfigureAwait(false)
            : _layout.IsReadOnly ? null : await CollectionLock.ShareAsync(_layout, cancellationToken).ConfigureAwait(false);
        StoreChecker checker = new(_layout, _records.Value.Database, _records.Value.All, Images, Snapshotter, _options);
        CheckReport report = await Tracing.RunAsync("check", () => checker.CheckAsync(options, progress, cancellationToken)).ConfigureAwait(false);
        foreach (CheckFinding finding in report.Findings.Where(finding => finding.IsDamage))
        {
            Measurements.Damaged(finding.Subject.ToString().ToLowerInvariant());
        }

        return report;
    }

    /// <summary>The namespace of the attributes that this process can set.</summary>
    private static XattrNamespace OwnNamespace() =>
        Privileges.IsRoot && UserNamespace.Current.IsInitial ? XattrNamespace.Trusted : XattrNamespace.User;

    private async Task<(Image Image, ImageView View)> UnpackedAsync(string name, WorkLease lease, CancellationToken cancellationToken)
    {
        RequireCommandLine();
        Image image = await KeepAsync(name, lease, cancellationToken).ConfigureAwait(false);
        ImageView view = await LoadAsync(image, cancellationToken).ConfigureAwait(false);
        await Unpacker.UnpackAsync(view, LayerOptions.Default, lease, progress: null, cancellationToken).ConfigureAwait(false);
        return (image, view);
    }

    /// <summary>Finds an image and keeps it: if its name is taken away afterwards, what it named stays as long as the lease.</summary>
    private async Task<Image> KeepAsync(string name, WorkLease lease, CancellationToken cancellationToken)
    {
        Image image = await ResolveAsync(name, cancellationToken).ConfigureAwait(false);
        while (true)
        {
            await lease.KeepAsync([LeaseResource.Blob(image.Target.Digest), LeaseResource.Blob(image.Manifest.Digest)], cancellationToken).ConfigureAwait(false);

            // It may have moved or gone before the lease was there.
            Image again = await ResolveAsync(name, cancellationToken).ConfigureAwait(false);
            if (again.Target.Digest == image.Target.Digest && again.Manifest.Digest == image.Manifest.Digest)
            {
                return again;
            }

            image = again;
        }
    }

    private DirectorySnapshotter OpenSnapshotter()
    {
        string? driver = _options.Driver switch
        {
            StoreDriver.Native => NativeSnapshotter.DriverName,
            StoreDriver.Overlay => OverlaySnapshotter.DriverName,
            StoreDriver.Erofs => OverlaySnapshotter.ErofsDriverName,
            _ => null,
        };
        SnapshotterOptions options = new()
        {
            MapIds = _options.MapIds,
            Owner = _options.Owner,
            Sync = _options.Sync,
            LeaveTrash = _options.LeaveTrash,
            Clock = _options.TimeProvider,
            Removed = _options.Owner == StoreOwner.CommandLine ? null : () => Dropped?.Invoke(),
        };
        return SnapshotDrivers.Open(_layout, driver, options);
    }

    /// <summary>What is unpacked for an image is named by chain IDs among the command line's snapshots, and goes when no image has it.</summary>
    private void RequireCommandLine()
    {
        if (_options.Owner != StoreOwner.CommandLine)
        {
            throw new LayerStoreException(
                ErrorKind.FailedPrecondition,
                $"images belong to the command line, and this store was opened for \"{Printable.Text(_options.Owner)}\"",
                "Open it without an owner.");
        }
    }

    /// <summary>Says early, and once, what unpacking and mounting need.</summary>
    private static void RequireUnpackRights()
    {
        if (!Privileges.IsRoot)
        {
            throw new LayerStoreException(
                ErrorKind.PermissionDenied,
                "unpacking and mounting need root, here or in a user namespace",
                "Use sudo, or unshare -Urm --map-auto; pull --no-unpack needs neither.");
        }
    }
}
