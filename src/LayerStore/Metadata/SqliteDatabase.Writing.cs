using System.Runtime.ExceptionServices;
using Microsoft.Data.Sqlite;

namespace LayerStore.Metadata;

/// <content>How changes are made: those of threads that wait at the same time in one transaction, so that they wait for the disk once.</content>
public sealed partial class SqliteDatabase
{
    private readonly Lock _queueGate = new();
    private List<SqliteChange> _queue = [];
    private bool _isWriting;

    /// <summary>Makes a change: all of it, durably, or, when <paramref name="change"/> throws, none of it.</summary>
    /// <remarks>Changes that other threads want meanwhile become one transaction together; one that throws is undone by itself. When the transaction
    /// fails, as on a full disk, none of them was made.</remarks>
    /// <param name="change">Called once, under the write lock of all processes, perhaps on another thread; it must not call the database again.</param>
    public T Write<T>(Func<SqliteSession, T> change)
    {
        ArgumentNullException.ThrowIfNull(change);
        if (_readOnly)
        {
            throw SqliteErrors.ReadOnly(_path);
        }

        if (_gate.IsHeldByCurrentThread)
        {
            throw Nested();
        }

        _written = true;
        T? result = default;
        SqliteChange own = new(session => result = change(session));
        if (!TryEnqueue(own))
        {
            own.Wait();
        }

        if (!own.IsDone)
        {
            WriteAll(TakeQueue());
        }

        if (own.Error is not null)
        {
            ExceptionDispatchInfo.Throw(own.Error);
        }

        return result!;
    }

    /// <summary>Makes a change: all of it, durably, or, when <paramref name="change"/> throws, none of it.</summary>
    /// <param name="change">Called once, under the write lock of all processes, perhaps on another thread; it must not call the database again.</param>
    public void Write(Action<SqliteSession> change)
    {
        ArgumentNullException.ThrowIfNull(change);
        Write<object?>(session =>
        {
            change(session);
            return null;
        });
    }

    /// <summary>
    /// Makes a change that need not outlive a power cut, without waiting for the disk. It is whole or not there, other processes see it at
    /// once, and the next <see cref="Write{T}"/> makes it durable as well (WAL, sqlite.org/pragma.html#pragma_synchronous: NORMAL).
    /// </summary>
    /// <param name="change">Called once, under the write lock of all processes; it must not call the database again.</param>
    public T WriteUnsynced<T>(Func<SqliteSession, T> change)
    {
        ArgumentNullException.ThrowIfNull(change);
        if (_readOnly)
        {
            throw SqliteErrors.ReadOnly(_path);
        }

        _written = true;
        lock (_gate)
        {
            SetSync(isWaiting: false);
            try
            {
                return InTransaction("BEGIN IMMEDIATE", change);
            }
            finally
            {
                SetSync(isWaiting: true);
            }
        }
    }

    /// <summary>Puts a change into the queue.</summary>
    /// <returns>Whether nobody else writes: then it is the caller's turn.</returns>
    private bool TryEnqueue(SqliteChange change)
    {
        lock (_queueGate)
        {
            _queue.Add(change);
            bool isFirst = !_isWriting;
            _isWriting = true;
            return isFirst;
        }
    }

    private List<SqliteChange> TakeQueue()
    {
        lock (_queueGate)
        {
            List<SqliteChange> taken = _queue;
            _queue = [];
            return taken;
        }
    }

    /// <summary>Makes all these changes, then gives the turn to one of those that came meanwhile.</summary>
    private void WriteAll(List<SqliteChange> changes)
    {
        try
        {
            InTransaction<object?>("BEGIN IMMEDIATE", session =>
            {
                RunAll(session, changes);
                return null;
            });
        }
#pragma warning disable CA1031 // Each caller throws what its change met.
        catch (Exception e)
#pragma warning restore CA1031
        {
            changes.ForEach(change => change.Error ??= changes.Count == 1 ? e : CopyOf(e));
        }

        lock (_queueGate)
        {
            _isWriting = _queue.Count > 0;
            _queue.FirstOrDefault()?.Call(isDone: false);
        }

        changes.ForEach(change => change.Call(isDone: true));
    }

    private void RunAll(SqliteSession session, List<SqliteChange> changes)
    {
        if (changes.Count == 1)
        {
            changes[0].Run(session);
            return;
        }

        foreach (SqliteChange change in changes)
        {
            session.Execute("SAVEPOINT change");
            try
            {
                change.Run(session);
            }
#pragma warning disable CA1031 // Its caller throws it.
            catch (Exception e) when (session.IsInTransaction)
#pragma warning restore CA1031
            {
                change.Error = e is SqliteException wrong ? SqliteErrors.Translate(wrong, _path) : e;
                session.Execute("ROLLBACK TO change");
            }

            session.Execute("RELEASE change");
        }
    }

    // A thrown exception belongs to one thread.
    private static Exception CopyOf(Exception e) =>
        e is LayerStoreException known && e.GetType() == typeof(LayerStoreException) ? new LayerStoreException(known.Kind, known.Message, known.Hint, e) : e;

    private static InvalidOperationException Nested() => new("A transaction must not begin another one.");
}
