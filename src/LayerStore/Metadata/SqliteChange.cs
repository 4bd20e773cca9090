namespace LayerStore.Metadata;

/// <summary>A change that waits to become part of a transaction, and then how it ended.</summary>
internal sealed class SqliteChange(Action<SqliteSession> run)
{
    private readonly object _gate = new();
    private bool _isCalled;

    /// <summary>Whether it was made, or failed.</summary>
    public bool IsDone { get; private set; }

    /// <summary>Why it was not made; null if it was.</summary>
    public Exception? Error { get; set; }

    /// <summary>Makes the change, within a transaction.</summary>
    public void Run(SqliteSession session) => run(session);

    /// <summary>Waits until the change is done, or it is its caller's turn to make the next transaction.</summary>
    public void Wait()
    {
        lock (_gate)
        {
            while (!_isCalled)
            {
                Monitor.Wait(_gate);
            }
        }
    }

    /// <summary>Ends the wait.</summary>
    /// <param name="isDone">Whether the change is done; if not, its caller is to make the next transaction.</param>
    public void Call(bool isDone)
    {
        lock (_gate)
        {
            IsDone = isDone;
            _isCalled = true;
            Monitor.Pulse(_gate);
        }
    }
}
