using LayerStore;
using LayerStore.Content;
using Snapshotter.Linux;
using Snapshotter.Snapshots.Database;

namespace Snapshotter.Snapshots.Trees;

/// <content>Drafts, and directories that are not known to be on the disk.</content>
internal sealed partial class TreeStore
{
    // A process that makes one snapshot takes one number, and a daemon waits for the database once for many.
    private const int MostReserved = 32;

    private readonly SemaphoreSlim _gate = new(1, 1);
    private readonly Queue<long> _reserved = [];
    private int _nextReservation = 1;
    private StoreLock? _lock;

    /// <summary>Adds a draft that belongs to this process and returns its number. There is no directory yet.</summary>
    public async Task<long> AddDraftAsync(CancellationToken cancellationToken)
    {
        // A power cut may forget the row, and keep the directory: whoever publishes the draft waits for the disk, not who begins it. So a
        // number may come twice, and is left to its old directory, which is garbage.
        while (true)
        {
            long tree = await TakeNumberAsync(cancellationToken).ConfigureAwait(false);
            if (!Directory.Exists(_layout.Tree(tree)) && !Directory.Exists(_layout.Work(tree)) && !File.Exists(_layout.Manifest(tree)))
            {
                return tree;
            }

            _database.WriteUnsynced(s => TreeTable.RemoveDraft(s, tree));
        }
    }

    /// <summary>Gives a draft up. Never throws: what is left is found by the next one to open the store.</summary>
    /// <remarks>The tree goes first: on a full disk the row can only be removed in the space that this frees.</remarks>
    public void Discard(long tree)
    {
        try
        {
            Delete(tree);
            _database.WriteUnsynced(s => TreeTable.RemoveDraft(s, tree));
        }
        catch (LayerStoreException)
        {
        }
    }

    /// <summary>Removes the drafts of dead processes, and makes sure of the directories of their snapshots. Cheap when there are none: it reads only their rows.</summary>
    public void ReclaimDrafts()
    {
        List<(string Writer, StoreLock Lock)> dead = [];
        try
        {
            foreach (string writer in _database.Read(TreeTable.Writers).Where(w => w != _writer))
            {
                if (TryLock(writer) is { } held)
                {
                    dead.Add((writer, held));
                }
            }

            if (dead.Count > 0)
            {
                Reclaim([.. dead.Select(d => d.Writer)]);
            }
        }
        finally
        {
            dead.ForEach(d => d.Lock.Dispose());
        }
    }

    /// <summary>Frees the drafts of this process: whoever opens the store next removes those that are left.</summary>
    public void Dispose()
    {
        if (_lock is not null)
        {
            TrySettle();
            TrustedFile.Discard(Path.Join(_layout.Locks, _writer));
            _lock.Dispose();
            _lock = null;
        }

        _gate.Dispose();
    }

    private async Task<long> TakeNumberAsync(CancellationToken cancellationToken)
    {
        await _gate.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            _lock ??= await StoreLock.AcquireAsync(_layout, _writer, cancellationToken: cancellationToken).ConfigureAwait(false);
            if (_reserved.Count == 0)
            {
                List<long> added = _database.WriteUnsynced(s => TreeTable.AddDrafts(s, _writer, _nextReservation));
                added.ForEach(_reserved.Enqueue);
                _nextReservation = Math.Min(2 * _nextReservation, MostReserved);
            }

            return _reserved.Dequeue();
        }
        finally
        {
            _gate.Release();
        }
    }

    // Killed before the rows are changed, the next one does it again; afterwards, the lock's file is left to CleanUp.
    private void Reclaim(List<string> writers)
    {
        writers.ForEach(writer => _database.Read(s => TreeTable.Drafts(s, writer)).ForEach(Delete));
        try
        {
            Settle(writers);
            _database.Write(s => writers.ForEach(writer =>
            {
                TreeTable.SetDurable(s, writer);
                TreeTable.RemoveDrafts(s, writer);
            }));
        }
        catch (LayerStoreException e) when (e.Kind is ErrorKind.ResourceExhausted or ErrorKind.NotFound)
        {
            // A store on a full disk opens, or nothing could be removed from it, and so does one in which a tree is lost: "check" says so. The rows are in nobody's way.
            return;
        }

        writers.ForEach(writer => TrustedFile.Discard(Path.Join(_layout.Locks, writer)));
    }

    /// <summary>Waits until the directories of these processes' snapshots are on the disk. Those that are gone are made again.</summary>
    /// <returns>Whether there are any.</returns>
    private bool Settle(IReadOnlyCollection<string> writers)
    {
        // Parents first: what a directory is follows from its parent's.
        List<long> unsynced = [];
        _database.Read(s =>
        {
            foreach (string writer in writers)
            {
                unsynced.AddRange(TreeTable.Unsynced(s, writer));
            }

            return unsynced;
        }).Sort();
        if (unsynced.Count == 0)
        {
            return false;
        }

        unsynced.ForEach(_restore);
        FileSystemSync.SyncDirectory(_layout.Works);
        FileSystemSync.SyncDirectory(_layout.Trees);
        return true;
    }

    // What does not succeed is left to the next one to open the store, with the rows that say so.
    private void TrySettle()
    {
        try
        {
            if (Settle([_writer]) || _reserved.Count > 0)
            {
                _database.WriteUnsynced(s =>
                {
                    TreeTable.SetDurable(s, _writer);
                    return _reserved.Sum(tree => TreeTable.RemoveDraft(s, tree));
                });
            }
        }
        catch (LayerStoreException)
        {
        }
    }
}
