using LayerStore.Cli.Output;
using LayerStore.Cli.Parsing;
using Snapshotter.Layers;

namespace LayerStore.Cli.Commands.Layers;

/// <summary><c>layer apply</c>.</summary>
internal sealed class LayerApplyCommand : CliCommand
{
    private readonly Argument<string> _directory = Choices.Operand("DIR", "The directory; made if missing");
    private readonly Option<bool> _overlay = Choices.Flag("--overlay", "Write whiteouts as overlay's marks, for a lower directory, instead of deleting");
    private readonly Option<string?> _parents = Choices.Text("--parents", "DIR:DIR...", "With --overlay: the layers below in overlay's form, topmost first");
    private readonly LayerFlags _layers;

    public LayerApplyCommand()
        : base("apply", "Apply a layer from standard input, packed or not, onto a directory; what fails half-way is not undone")
    {
        Add(_directory);
        Add(_overlay);
        Add(_parents);
        _layers = new LayerFlags(this);
    }

    /// <inheritdoc/>
    public override Task RunAsync(Session session, CancellationToken cancellationToken)
    {
        string directory = session.Get(_directory);
        if (File.Exists(directory))
        {
            throw new LayerStoreException(
                ErrorKind.FailedPrecondition,
                $"{Printable.Text(directory)} is not a directory",
                $"The layer comes from standard input: {HelpText.Usage(this)} < {ShellWord.Quote(directory)}");
        }

        string[] parents = (session.Get(_parents) ?? "").Split(':', StringSplitOptions.RemoveEmptyEntries);
        LayerOptions options = _layers.Read(session);
        Stream layer = new CancellableInput(session.Host.Input, cancellationToken);
        if (session.Get(_overlay))
        {
            LayerApply.ToOverlay(layer, directory, parents, options, cancellationToken);
        }
        else if (session.Has(_parents))
        {
            throw new LayerStoreException(ErrorKind.InvalidArgument, "--parents is for --overlay", $"Usage: {HelpText.Usage(this)}");
        }
        else
        {
            LayerApply.ToTree(layer, directory, options, cancellationToken);
        }

        return Task.CompletedTask;
    }
}
