using System.Text;
using Snapshotter;

namespace LayerStore.Cli.Progress;

/// <summary>A line for each layer and one for the total, drawn over and over in place. The terminal is written ten times a second at most.</summary>
internal sealed class BarProgress(Host host, TimeProvider time) : ProgressDisplay
{
    private const int MaxRows = 16;
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(100);
    private readonly ProgressBoard _board = new();
    private int _drawn;
    private bool _hasNews;
    private long _at;

    /// <inheritdoc/>
    protected override void Show(StoreProgress news)
    {
        _board.Update(news);
        _hasNews = true;
        if (_drawn == 0 || IsLast(news) || time.GetElapsedTime(_at) >= Pause)
        {
            Draw();
        }
    }

    /// <inheritdoc/>
    protected override void Interrupt()
    {
        host.Error.Write(Erase());
        _drawn = 0;
    }

    /// <inheritdoc/>
    protected override void Finish()
    {
        if (_hasNews)
        {
            Draw();
        }
    }

    private void Draw()
    {
        StringBuilder text = new(Erase());
        IReadOnlyList<string> lines = _board.Render(host.Columns(), MaxRows);
        foreach (string line in lines)
        {
            text.Append(line).Append('\n');
        }

        host.Error.Write(text);
        _drawn = lines.Count;
        _at = time.GetTimestamp();
    }

    /// <summary>Moves up over what was drawn and clears from there: ECMA-48 CUU and ED.</summary>
    private string Erase() => _drawn == 0 ? "" : $"\e[{_drawn}A\e[J";
}
