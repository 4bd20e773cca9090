using LayerStore.Cli.Parsing;
using LayerStore.Cli.Progress;
using LayerStore.Images;
using LayerStore.Transports;
using Snapshotter;
using Snapshotter.Layers.Pull;

namespace LayerStore.Cli.Commands;

/// <summary><c>pull</c>.</summary>
internal sealed class Pull : CliCommand
{
    private readonly Argument<string> _source = Choices.Operand("SOURCE", "oci:DIR[:TAG], oci-archive:FILE[:TAG], docker-archive:FILE[:REF]");
    private readonly Option<string?> _name = Choices.Text("--name", "NAME", "The image's name in the store (its tag, else that of DIR or FILE)");
    private readonly Option<string?> _platform = StoreFlags.Platform();
    private readonly Option<bool> _noUnpack = Choices.Flag("--no-unpack", "Store the blobs only, of anything");
    private readonly Option<bool> _noSync = StoreFlags.NoSync();
    private readonly Option<ProgressMode> _progress = ProgressOption.Create();
    private readonly LayerFlags _layers;

    public Pull()
        : base("pull", "Bring an image into the store: verify, unpack and name it; prints the manifest digest")
    {
        Add(_source);
        Add(_name);
        Add(_platform);
        Add(_noUnpack);
        Add(_noSync);
        Add(_progress);
        _layers = new LayerFlags(this);
    }

    /// <inheritdoc/>
    public override Rehearsal Rehearsal => Rehearsal.Documents;

    /// <inheritdoc/>
    public override async Task RunAsync(Session session, CancellationToken cancellationToken)
    {
        TransportReference source = StoreFlags.ReadPlace(session.Get(_source));
        PullOptions options = new()
        {
            Name = StoreFlags.ReadName(session.Get(_name)),
            Platform = StoreFlags.ReadPlatform(session.Get(_platform)),
            Unpack = !session.Get(_noUnpack),
            Layers = _layers.Read(session),
        };
        await using Store store = await session.OpenAsync(create: true, cancellationToken, sync: !session.Get(_noSync)).ConfigureAwait(false);
        using ProgressDisplay progress = session.ShowProgress(_progress);
        Image image = await store.PullAsync(source, options, progress, cancellationToken).ConfigureAwait(false);
        session.Print(image.Manifest.Digest.ToString());
    }
}
