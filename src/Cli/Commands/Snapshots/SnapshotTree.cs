using LayerStore.Cli.Output;
using LayerStore.Cli.Output.Json;
using LayerStore.Cli.Parsing;
using Snapshotter;
using Snapshotter.Snapshots;

namespace LayerStore.Cli.Commands.Snapshots;

/// <summary><c>snapshot tree</c>.</summary>
internal sealed class SnapshotTree : CliCommand
{
    private readonly Option<bool> _noTruncation = Choices.Flag("--no-trunc", "Abbreviate nothing");

    public SnapshotTree()
        : base("tree", "Show which snapshot stands on which") => Add(_noTruncation);

    /// <inheritdoc/>
    public override async Task RunAsync(Session session, CancellationToken cancellationToken)
    {
        await using Store? store = await session.TryOpenAsync(cancellationToken).ConfigureAwait(false);
        if (store is null)
        {
            return;
        }

        List<SnapshotInfo> all = await store.Snapshots.ListAsync(null, cancellationToken).ToListAsync(cancellationToken).ConfigureAwait(false);
        ILookup<string?, SnapshotInfo> children = all.ToLookup(snapshot => snapshot.Parent);
        bool full = session.Get(_noTruncation);

        // A chain may be 500 layers deep: a stack of its own, and the indentation says no more than a column can hold.
        Stack<(SnapshotInfo Snapshot, int Depth)> open = new(children[null].Reverse().Select(snapshot => (snapshot, 0)));
        while (open.TryPop(out (SnapshotInfo Snapshot, int Depth) next))
        {
            string name = full ? next.Snapshot.Name : Table.Abbreviate(next.Snapshot.Name);
            string kind = next.Snapshot.Kind == SnapshotKind.Committed ? "" : $" ({SnapshotRow.Word(next.Snapshot.Kind)})";
            session.Print($"{new string(' ', 2 * next.Depth)}{Printable.Text(name)}{kind}");
            foreach (SnapshotInfo child in children[next.Snapshot.Name].Reverse())
            {
                open.Push((child, next.Depth + 1));
            }
        }
    }
}
