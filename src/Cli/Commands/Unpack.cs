using LayerStore.Cli.Parsing;
using LayerStore.Cli.Progress;
using LayerStore.Transports;
using Snapshotter;
using Snapshotter.Layers.Unpack;

namespace LayerStore.Cli.Commands;

/// <summary><c>unpack</c>.</summary>
internal sealed class Unpack : CliCommand
{
    private readonly Argument<string> _source = Choices.Operand("SOURCE", "An image in the store, or as for pull, which needs no store");
    private readonly Argument<string> _directory = Choices.Operand("DIR", "Where to; made if missing, and must be empty");
    private readonly Option<string?> _platform = StoreFlags.Platform();
    private readonly Option<bool> _noSync = StoreFlags.NoSync();
    private readonly Option<ProgressMode> _progress = ProgressOption.Create();
    private readonly LayerFlags _layers;

    public Unpack()
        : base("unpack", "Write an image's root file system into a directory")
    {
        Add(_source);
        Add(_directory);
        Add(_platform);
        Add(_noSync);
        Add(_progress);
        _layers = new LayerFlags(this);
    }

    /// <inheritdoc/>
    public override Rehearsal Rehearsal => Rehearsal.Documents;

    /// <inheritdoc/>
    public override async Task RunAsync(Session session, CancellationToken cancellationToken)
    {
        TransportReference source = TransportReference.Parse(session.Get(_source));
        UnpackOptions options = new()
        {
            Platform = StoreFlags.ReadPlatform(session.Get(_platform)),
            Sync = !session.Get(_noSync),
            Layers = _layers.Read(session),
        };
        using ProgressDisplay progress = session.ShowProgress(_progress);
        string directory = Path.GetFullPath(session.Get(_directory));
        if (source.Kind != TransportKind.Store)
        {
            await Store.UnpackAsync(source, directory, options, progress, cancellationToken).ConfigureAwait(false);
            return;
        }

        if (options.Platform is not null)
        {
            throw new LayerStoreException(
                ErrorKind.InvalidArgument, "--platform is for a SOURCE: an image in the store has its platform", "Pull it again with --platform.");
        }

        await using Store store = await session.OpenAsync(create: false, cancellationToken).ConfigureAwait(false);
        await store.UnpackAsync(session.Get(_source), directory, options, progress, cancellationToken).ConfigureAwait(false);
    }
}
