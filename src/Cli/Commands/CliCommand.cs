using LayerStore.Cli.Parsing;

namespace LayerStore.Cli.Commands;

/// <summary>A command that does something, as opposed to a group of them.</summary>
internal abstract class CliCommand(string name, string description) : Command(name, description)
{
    /// <summary>What it needs that is worth to be prepared while it begins.</summary>
    public virtual Rehearsal Rehearsal => Rehearsal.None;

    /// <summary>Does it. An error is thrown.</summary>
    public abstract Task RunAsync(Session session, CancellationToken cancellationToken);
}
