using System.CommandLine;
using LayerStore.Cli.Parsing;
using Snapshotter;
using Snapshotter.Layers.Removal;

namespace LayerStore.Cli.Commands;

/// <summary><c>rmi</c>.</summary>
internal sealed class Rmi : CliCommand
{
    private readonly Argument<string[]> _names = Choices.Operands("NAME", "The images");

    public Rmi()
        : base("rmi", "Remove images, and free what only they held") => Add(_names);

    /// <inheritdoc/>
    public override async Task RunAsync(Session session, CancellationToken cancellationToken)
    {
        await using Store store = await session.OpenAsync(create: false, cancellationToken).ConfigureAwait(false);
        foreach (string name in session.Get(_names))
        {
            RemovalResult result = await store.RemoveImageAsync(name, cancellationToken).ConfigureAwait(false);
            session.Say(
                $"removed {name}; freed blobs: {result.FreedBlobs.Count} ({ByteSize.Format(result.FreedBlobBytes)}),"
                + $" unpacked layers: {result.FreedLayers.Count} ({ByteSize.Format(result.FreedLayerBytes)})");
            if (result.KeptBySnapshots.Count > 0)
            {
                session.Say($"kept what these snapshots use: {string.Join(", ", result.KeptBySnapshots.Select(Printable.Text))}");
            }
        }
    }
}
