using LayerStore.Cli.Output;
using LayerStore.Cli.Parsing;
using Snapshotter;

namespace LayerStore.Cli.Progress;

/// <summary>A line for each blob or layer that is finished: for logs.</summary>
internal sealed class PlainProgress(TextWriter output) : ProgressDisplay
{
    /// <inheritdoc/>
    protected override void Show(StoreProgress news)
    {
        if (!IsLast(news))
        {
            return;
        }

        string what = (news.Stage, news.State) switch
        {
            (StoreStage.Unpack, StoreState.Exists) => "unpacked before",
            (StoreStage.Unpack, _) => "unpacked",
            (StoreStage.Check, _) => "checked",
            (_, StoreState.Exists) => "here already",
            _ => "copied",
        };
        output.WriteLine($"{Table.Abbreviate(news.Digest.ToString())} {what} ({ByteSize.Format(news.Total)})");
    }
}
