namespace Snapshotter;

/// <content>Closing what was opened.</content>
public sealed partial class Store
{
    /// <inheritdoc/>
    public ValueTask DisposeAsync()
    {
        if (_snapshots.IsValueCreated)
        {
            _snapshots.Value.Dispose();
        }

        DisposeRecords();
        return ValueTask.CompletedTask;
    }

    private void DisposeRecords()
    {
        if (_records.IsValueCreated)
        {
            _records.Value.Dispose();
        }
    }
}
