using LayerStore.Metadata;

namespace LayerStore.Tests.Metadata;

/// <summary>Changes of several threads at once.</summary>
public sealed class SqliteDatabaseWritingTests : IDisposable
{
    private readonly TempDirectory _directory = new();
    private readonly SqliteDatabase _database;

    public SqliteDatabaseWritingTests() => _database = SqliteDatabase.Open(_directory["test.db"], ["CREATE TABLE things (name TEXT PRIMARY KEY)"]);

    public void Dispose()
    {
        _database.Dispose();
        _directory.Dispose();
    }

    [Fact]
    public void Changes_that_wait_become_one_transaction_and_one_that_throws_is_undone_by_itself()
    {
        HashSet<int> threads = [];
        Exception?[] errors = WriteWhileAnotherDoes(
            Enumerable.Range(0, 5).Select(i => (Action<SqliteSession>)(session =>
            {
                threads.Add(Environment.CurrentManagedThreadId);
                Assert.True(session.IsInTransaction);
                session.Execute("INSERT INTO things VALUES (?1)", $"waited-{i}");
                if (i == 2)
                {
                    throw new FormatException();
                }
            })));

        Assert.Single(threads);
        Assert.Equal([null, null, typeof(FormatException), null, null], errors.Select(e => e?.GetType()));
        Assert.Equal(["first", "waited-0", "waited-1", "waited-3", "waited-4"], Names());
    }

    [Fact]
    public void A_taken_key_is_told_to_the_one_who_wanted_it()
    {
        Exception?[] errors = WriteWhileAnotherDoes(
            Enumerable.Repeat<Action<SqliteSession>>(session => session.Execute("INSERT INTO things VALUES ('same')"), 3));

        Assert.Equal(2, errors.Count(e => e is LayerStoreException { Kind: ErrorKind.AlreadyExists }));
        Assert.Single(errors, e => e is null);
        Assert.Equal(["first", "same"], Names());
    }

    [Fact]
    public void When_the_transaction_is_lost_all_of_its_changes_failed_and_the_next_one_succeeds()
    {
        Exception?[] errors = WriteWhileAnotherDoes(
        [
            session => session.Execute("INSERT INTO things VALUES ('lost')"),
            session =>
            {
                session.Execute("ROLLBACK"); // What SQLite does by itself when the disk is full.
                throw new LayerStoreException(ErrorKind.ResourceExhausted, "full");
            },
            session => session.Execute("INSERT INTO things VALUES ('not begun')"),
        ]);

        Assert.All(errors, e => Assert.Equal(ErrorKind.ResourceExhausted, Assert.IsType<LayerStoreException>(e).Kind));
        Assert.Equal(3, errors.Distinct().Count());
        Assert.Equal(["first"], Names());
        _database.Write(session => session.Execute("INSERT INTO things VALUES ('next')"));
        Assert.Equal(["first", "next"], Names());
    }

    private List<string> Names() => _database.Read(s => s.Query("SELECT name FROM things ORDER BY name", r => r.GetString(0)));

    /// <summary>Has threads make these changes, in this order, while the transaction of another one runs. Returns what each of them threw.</summary>
    private Exception?[] WriteWhileAnotherDoes(IEnumerable<Action<SqliteSession>> changes)
    {
        Action<SqliteSession>[] all = [.. changes];
        Exception?[] errors = new Exception?[all.Length];
        List<Thread> threads = [];
        _database.Write(session =>
        {
            session.Execute("INSERT INTO things VALUES ('first')");
            for (int i = 0; i < all.Length; i++)
            {
                int own = i;
                Thread thread = new(() => errors[own] = Record.Exception(() => _database.Write(all[own])));
                thread.Start();
                threads.Add(thread);
                Assert.True(SpinWait.SpinUntil(() => thread.ThreadState.HasFlag(ThreadState.WaitSleepJoin), TimeSpan.FromMinutes(1)), "it does not wait");
            }
        });
        threads.ForEach(thread => thread.Join());
        return errors;
    }
}
