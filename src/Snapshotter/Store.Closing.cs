namespace Snapshotter;

/// <content>Closing what was opened.</content>
public sealed partial class Store
{
    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (!_snapshots.IsValueCreated)
        {
            DisposeRecords();
        }
        else if (!_records.IsValueCreated || !_records.Value.Database.IsWritten)
        {
            _snapshots.Value.Dispose();
            DisposeRecords();
        }
        else
        {
            // Each folds its log into its file and waits for the disk: side by side they wait once.
            Task snapshots = Task.Run(_snapshots.Value.Dispose);
            DisposeRecords();
            await snapshots.ConfigureAwait(false);
        }
    }

    private void DisposeRecords()
    {
        if (_records.IsValueCreated)
        {
            _records.Value.Dispose();
        }
    }
}
