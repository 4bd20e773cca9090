using LayerStore.Cli.Parsing;
using Snapshotter;

namespace LayerStore.Cli.Commands.Content;

/// <summary><c>content abort</c>.</summary>
internal sealed class ContentAbort : CliCommand
{
    private readonly Argument<string[]> _references = Choices.Operands("REFERENCE", "The ingests");
    private readonly Option<string?> _owner = OwnerFlags.Owner("Those");

    public ContentAbort()
        : base("abort", "Drop ingests and their bytes")
    {
        Add(_references);
        Add(_owner);
    }

    /// <inheritdoc/>
    public override async Task RunAsync(Session session, CancellationToken cancellationToken)
    {
        await using Store store = await session.OpenAsync(create: false, cancellationToken, owner: session.Get(_owner)).ConfigureAwait(false);
        foreach (string reference in session.Get(_references))
        {
            await store.Content.AbortIngestAsync(reference, cancellationToken).ConfigureAwait(false);
        }
    }
}
