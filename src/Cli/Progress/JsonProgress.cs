using LayerStore.Cli.Output;
using LayerStore.Cli.Output.Json;
using Snapshotter;

namespace LayerStore.Cli.Progress;

/// <summary>A JSON object a line. Of the news of one blob under way, at most five a second are written.</summary>
internal sealed class JsonProgress(TextWriter output, TimeProvider time) : ProgressDisplay
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(200);
    private readonly Dictionary<(Digest, StoreStage), (StoreState State, long At)> _last = [];

    /// <inheritdoc/>
    protected override void Show(StoreProgress news)
    {
        (Digest, StoreStage) id = (news.Digest, news.Stage);
        if (_last.TryGetValue(id, out (StoreState State, long At) last) && last.State == news.State && time.GetElapsedTime(last.At) < Pause)
        {
            return;
        }

        _last[id] = (news.State, time.GetTimestamp());
        ProgressLine line = new(news.Digest.ToString(), Word(news.Stage), Word(news.State), news.Done, news.Total);
        output.WriteLine(JsonText.Format(line, CliJsonContext.Default.ProgressLine, indented: false));
    }

    private static string Word(StoreState state) => state switch
    {
        StoreState.Waiting => "waiting",
        StoreState.Running => "running",
        StoreState.Done => "done",
        _ => "exists",
    };
}
