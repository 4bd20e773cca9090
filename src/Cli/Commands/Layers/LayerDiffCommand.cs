using LayerStore.Cli.Parsing;
using LayerStore.Tar;
using Snapshotter.Layers;

namespace LayerStore.Cli.Commands.Layers;

/// <summary><c>layer diff</c>.</summary>
internal sealed class LayerDiffCommand : CliCommand
{
    private readonly Argument<string> _lower = Choices.Operand("LOWER", "The older directory");
    private readonly Argument<string> _upper = Choices.Operand("UPPER", "The newer directory: a plain tree or a mount");

    public LayerDiffCommand()
        : base("diff", "Write the uncompressed layer that turns one directory into another to standard output")
    {
        Add(_lower);
        Add(_upper);
    }

    /// <inheritdoc/>
    public override Task RunAsync(Session session, CancellationToken cancellationToken)
    {
        session.RefuseTerminal("a layer");
        Timestamp? latest = SourceDate.ReadTimestamp(session.Host.Variable);
        LayerDiff.Write(session.Get(_lower), session.Get(_upper), session.Host.Output, latest, session.Warn, cancellationToken);
        return Task.CompletedTask;
    }
}
