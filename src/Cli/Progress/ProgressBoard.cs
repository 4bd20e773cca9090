using System.Text;
using LayerStore.Cli.Output;
using LayerStore.Cli.Parsing;
using Snapshotter;

namespace LayerStore.Cli.Progress;

/// <summary>What bars show: the latest news of each blob, in the order they first came, and the sum of all.</summary>
internal sealed class ProgressBoard
{
    private readonly List<(Digest Digest, StoreStage Stage)> _order = [];
    private readonly Dictionary<(Digest Digest, StoreStage Stage), StoreProgress> _latest = [];

    /// <summary>Takes news.</summary>
    public void Update(StoreProgress news)
    {
        (Digest, StoreStage) id = (news.Digest, news.Stage);
        if (_latest.TryAdd(id, news))
        {
            _order.Add(id);
        }

        _latest[id] = news;
    }

    /// <summary>Lines without colour, each shorter than the terminal is wide: what is under way, then the total.</summary>
    /// <param name="columns">How wide the terminal is.</param>
    /// <param name="rows">How many lines there may be.</param>
    public IReadOnlyList<string> Render(int columns, int rows)
    {
        // One line a digest: its last stage that has begun. What is finished is left out once the lines get too many.
        List<StoreProgress> lines = [.. _order.Select(id => _latest[id]).GroupBy(news => news.Digest).Select(Current)];
        if (lines.Count >= rows)
        {
            lines = [.. lines.Where(news => news.State == StoreState.Running).Take(Math.Max(rows - 1, 0))];
        }

        long done = Add(_latest.Values.Select(news => Finished(news) ? news.Total : news.Done));
        long total = Add(_latest.Values.Select(news => news.Total));
        return [.. lines.Select(news => Line(Table.Abbreviate(news.Digest.ToString()), State(news), Finished(news) ? news.Total : news.Done, news.Total, columns)),
            Line("total", "", done, total, columns)];
    }

    /// <summary>The sum; sizes are what a manifest claims, so it may be more than there are numbers.</summary>
    private static long Add(IEnumerable<long> sizes) => sizes.Aggregate(0L, (sum, size) => size > long.MaxValue - sum ? long.MaxValue : sum + size);

    private static StoreProgress Current(IEnumerable<StoreProgress> stages) =>
        stages.LastOrDefault(news => news.State != StoreState.Waiting, stages.First());

    private static bool Finished(StoreProgress news) => news.State is StoreState.Done or StoreState.Exists;

    private static string State(StoreProgress news) => (news.State, news.Stage) switch
    {
        (StoreState.Waiting, _) => "waiting",
        (StoreState.Exists, _) => "here",
        (StoreState.Running, StoreStage.Unpack) => "unpacking",
        (StoreState.Running, StoreStage.Check) => "checking",
        (StoreState.Running, _) => "copying",
        (_, StoreStage.Unpack) => "unpacked",
        (_, StoreStage.Check) => "checked",
        _ => "copied",
    };

    private static string Line(string name, string state, long done, long total, int columns)
    {
        string left = $"{name,-19} {state,-9} ";
        string right = $" {ByteSize.Format(done),8} of {ByteSize.Format(total)}";
        StringBuilder line = new(left);
        int width = Math.Min(columns - 1 - left.Length - 23, 40);
        if (width >= 8)
        {
            int filled = total <= 0 ? width : (int)Math.Clamp(done * (double)width / total, 0, width);
            line.Append('[').Append('#', filled).Append('.', width - filled).Append(']');
        }

        line.Append(right);
        return line.Length < columns ? line.ToString() : line.ToString(0, Math.Max(columns - 1, 0));
    }
}
