using LayerStore.Cli.Parsing;
using LayerStore.Compression;
using Snapshotter;
using Snapshotter.Layers.Commit;

namespace LayerStore.Cli.Commands;

/// <summary><c>commit</c>.</summary>
internal sealed class Commit : CliCommand
{
    private readonly Argument<string> _key = Choices.Operand("KEY", "The snapshot; it stays usable");
    private readonly Argument<string> _name = Choices.Operand("NAME", "The new image's name");
    private readonly Option<string?> _message = Choices.Text("--message", "TEXT", "A comment for the image's history");
    private readonly Option<string?> _author = Choices.Text("--author", "TEXT", "Who made it");
    private readonly Option<CompressionKind> _compression = Choices.Option(
        "--compression", "gzip, zstd or none (gzip)", ("gzip", CompressionKind.Gzip), ("zstd", CompressionKind.Zstd), ("none", CompressionKind.None));

    private readonly Option<bool> _noSync = StoreFlags.NoSync();

    public Commit()
        : base("commit", "Make a new image of what a snapshot changed; prints the manifest digest")
    {
        Add(_key);
        Add(_name);
        Add(_message);
        Add(_author);
        Add(_compression);
        Add(_noSync);
    }

    /// <inheritdoc/>
    public override Rehearsal Rehearsal => Rehearsal.Packing;

    /// <inheritdoc/>
    public override async Task RunAsync(Session session, CancellationToken cancellationToken)
    {
        CommitOptions options = new()
        {
            Message = session.Get(_message),
            Author = session.Get(_author),
            Compression = session.Get(_compression),
            SourceDate = SourceDate.Read(session.Host.Variable),
            Warn = session.Warn,
        };
        await using Store store = await session.OpenAsync(create: false, cancellationToken, sync: !session.Get(_noSync)).ConfigureAwait(false);
        CommitResult result = await store.CommitAsync(session.Get(_key), session.Get(_name), options, cancellationToken).ConfigureAwait(false);
        if (result.Layer is null)
        {
            session.Warn($"nothing has changed in the snapshot \"{Printable.Text(session.Get(_key))}\": the new image has no new layer");
        }

        session.Print(result.Image.Manifest.Digest.ToString());
    }
}
