using LayerStore.Cli.Parsing;
using LayerStore.Cli.Progress;
using LayerStore.Transports;
using Snapshotter;

namespace LayerStore.Cli.Commands;

/// <summary><c>push</c>.</summary>
internal sealed class Push : CliCommand
{
    private readonly Argument<string> _name = Choices.Operand("NAME", "The image");
    private readonly Argument<string> _destination = Choices.Operand("DEST", "oci:DIR[:TAG], oci-archive:FILE[:TAG], docker-archive:FILE[:REF]");
    private readonly Option<ProgressMode> _progress = ProgressOption.Create();

    public Push()
        : base("push", "Write an image out of the store, byte for byte")
    {
        Add(_name);
        Add(_destination);
        Add(_progress);
    }

    /// <inheritdoc/>
    public override Rehearsal Rehearsal => Rehearsal.Documents;

    /// <inheritdoc/>
    public override async Task RunAsync(Session session, CancellationToken cancellationToken)
    {
        TransportReference destination = StoreFlags.ReadPlace(session.Get(_destination));
        await using Store store = await session.OpenAsync(create: false, cancellationToken).ConfigureAwait(false);
        using ProgressDisplay progress = session.ShowProgress(_progress);
        await store.PushAsync(session.Get(_name), destination, progress, cancellationToken).ConfigureAwait(false);
    }
}
