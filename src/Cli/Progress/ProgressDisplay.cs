using Snapshotter;

namespace LayerStore.Cli.Progress;

/// <summary>Shows a store's news. News comes from several threads.</summary>
internal abstract class ProgressDisplay : IProgress<StoreProgress>, IDisposable
{
    private readonly Lock _lock = new();

    /// <inheritdoc/>
    public void Report(StoreProgress value)
    {
        lock (_lock)
        {
            Show(value);
        }
    }

    /// <summary>Says something between the news.</summary>
    public void Say(Action write)
    {
        lock (_lock)
        {
            Interrupt();
            write();
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        lock (_lock)
        {
            Finish();
        }
    }

    /// <summary>Whether this is the last news of its digest and stage.</summary>
    protected static bool IsLast(StoreProgress news) => news.State is StoreState.Done or StoreState.Exists;

    /// <summary>A stage as a word.</summary>
    protected static string Word(StoreStage stage) => stage switch
    {
        StoreStage.Unpack => "unpack",
        StoreStage.Check => "check",
        _ => "copy",
    };

    /// <summary>Shows news; one call at a time.</summary>
    protected abstract void Show(StoreProgress news);

    /// <summary>Makes room for a line that is no news.</summary>
    protected virtual void Interrupt()
    {
    }

    /// <summary>Leaves the terminal as it should be.</summary>
    protected virtual void Finish()
    {
    }
}
