using LayerStore.Metadata;

namespace LayerStore.Tests.Metadata;

public sealed class SqliteDatabaseTests : IDisposable
{
    private static readonly string[] s_migrations = ["CREATE TABLE things (name TEXT PRIMARY KEY, count INTEGER CHECK (count >= 0)) WITHOUT ROWID"];

    private readonly TempDirectory _directory = new();

    private string Path => _directory["test.db"];

    public void Dispose() => _directory.Dispose();

    [Fact]
    public void What_was_written_is_there_after_reopening()
    {
        using (SqliteDatabase database = SqliteDatabase.Open(Path, s_migrations))
        {
            database.Write(s => s.Execute("INSERT INTO things VALUES (?1, ?2)", "a", 7));
        }

        using SqliteDatabase again = SqliteDatabase.Open(Path, s_migrations);
        Assert.Equal([("a", 7L)], again.Read(s => s.Query("SELECT name, count FROM things WHERE name = ?1", r => (r.GetString(0), r.GetInt64(1)), "a")));
    }

    [Fact]
    public void The_connection_is_durable_and_checks_foreign_keys()
    {
        using SqliteDatabase database = SqliteDatabase.Open(Path, s_migrations);
        Assert.Equal(2, database.Read(s => s.Scalar("PRAGMA synchronous")));
        Assert.Equal(1, database.Read(s => s.Scalar("PRAGMA foreign_keys")));
        Assert.Equal(30_000, database.Read(s => s.Scalar("PRAGMA busy_timeout")));
        Assert.Equal("wal", database.Read(s => s.QueryFirst("PRAGMA journal_mode", r => r.GetString(0))));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(Path));
    }

    [Fact]
    public void A_change_that_throws_leaves_nothing()
    {
        using SqliteDatabase database = SqliteDatabase.Open(Path, s_migrations);
        Assert.Throws<FormatException>(() => database.Write(s =>
        {
            s.Execute("INSERT INTO things VALUES ('a', 1)");
            throw new FormatException();
        }));
        Assert.Equal(0, database.Read(s => s.Scalar("SELECT count(*) FROM things")));
    }

    [Fact]
    public void A_transaction_in_a_transaction_is_refused()
    {
        using SqliteDatabase database = SqliteDatabase.Open(Path, s_migrations);
        Assert.Throws<InvalidOperationException>(() => database.Write(_ => database.Read(s => s.Scalar("SELECT 1"))));
        Assert.Equal(1, database.Read(s => s.Scalar("SELECT 1")));
    }

    [Fact]
    public void Reading_does_not_wait_for_another_threads_change_and_sees_what_was_there_before()
    {
        using SqliteDatabase database = SqliteDatabase.Open(Path, s_migrations);
        for (int i = 0; i < 3; i++)
        {
            int before = i;
            database.Write(s =>
            {
                s.Execute("INSERT INTO things VALUES (?1, 1)", before);
                Assert.Equal(before, ReadElsewhere(database));
                Assert.Equal(before, ReadElsewhere(database));
            });
            Assert.Equal(before + 1, database.Read(s => s.Scalar("SELECT count(*) FROM things")));
        }
    }

    [Fact]
    public void A_query_that_throws_beside_a_change_leaves_the_database_usable()
    {
        using SqliteDatabase database = SqliteDatabase.Open(Path, s_migrations);
        database.Write(_ =>
        {
            Assert.IsType<FormatException>(Elsewhere(() => database.Read<long>(_ => throw new FormatException())));
            Assert.IsType<LayerStoreException>(Elsewhere(() => database.Read(s => s.Scalar("SELECT missing"))));
            Assert.Equal(0, ReadElsewhere(database));
        });
    }

    private static long ReadElsewhere(SqliteDatabase database)
    {
        long count = -1;
        Exception? error = Elsewhere(() => count = database.Read(s => s.Scalar("SELECT count(*) FROM things")));
        return error is null ? count : throw error;
    }

    private static Exception? Elsewhere(Action action)
    {
        Exception? error = null;
        Thread thread = new(() => error = Record.Exception(action));
        thread.Start();
        thread.Join();
        return error;
    }

    [Fact]
    public void A_taken_key_is_AlreadyExists()
    {
        using SqliteDatabase database = SqliteDatabase.Open(Path, s_migrations);
        database.Write(s => s.Execute("INSERT INTO things VALUES ('a', 1)"));
        LayerStoreException e = Assert.Throws<LayerStoreException>(() => database.Write(s => s.Execute("INSERT INTO things VALUES ('a', 1)")));
        Assert.Equal(ErrorKind.AlreadyExists, e.Kind);
    }

    [Fact]
    public void Migrations_run_once_each_and_in_order()
    {
        string[] second = [.. s_migrations, "ALTER TABLE things ADD COLUMN colour TEXT; UPDATE things SET colour = 'red'"];
        using (SqliteDatabase database = SqliteDatabase.Open(Path, s_migrations))
        {
            database.Write(s => s.Execute("INSERT INTO things VALUES ('a', 1)"));
        }

        for (int i = 0; i < 2; i++)
        {
            using SqliteDatabase database = SqliteDatabase.Open(Path, second);
            Assert.Equal("red", database.Read(s => s.QueryFirst("SELECT colour FROM things", r => r.GetString(0))));
        }

        LayerStoreException e = Assert.Throws<LayerStoreException>(() => SqliteDatabase.Open(Path, s_migrations));
        Assert.Equal(ErrorKind.FailedPrecondition, e.Kind);
        Assert.Contains("version 2", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_database_made_before_it_has_its_name_is_one_file_in_its_final_mode()
    {
        File.WriteAllText(Path, "left by one who was killed");
        File.WriteAllText(Path + "-wal", "its log");
        SqliteDatabase.Make(Path, s_migrations);
        Assert.Equal([Path], Directory.GetFiles(_directory.Path));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(Path));

        // "File format write version" and "read version": 2 is a write-ahead log (sqlite.org/fileformat2.html, 1.3).
        Assert.Equal([2, 2], File.ReadAllBytes(Path)[18..20]);
        using SqliteDatabase database = SqliteDatabase.Open(Path, s_migrations);
        Assert.Equal((2, 1), database.Read(s => (s.Scalar("PRAGMA synchronous"), s.Scalar("PRAGMA user_version"))));
        Assert.Equal("wal", database.Read(s => s.QueryFirst("PRAGMA journal_mode", r => r.GetString(0))));
    }

    [Fact]
    public async Task Many_can_make_and_fill_one_database_at_once()
    {
        await Task.WhenAll(Enumerable.Range(0, 8).Select(n => Task.Run(() =>
        {
            using SqliteDatabase database = SqliteDatabase.Open(Path, s_migrations);
            for (int i = 0; i < 20; i++)
            {
                database.Write(s => s.Execute("INSERT INTO things VALUES (?1, 1)", $"{n}-{i}"));
            }
        })));
        using SqliteDatabase database = SqliteDatabase.Open(Path, s_migrations);
        Assert.Equal(160, database.Read(s => s.Scalar("SELECT count(*) FROM things")));
    }

    [SkippableFact]
    public async Task Where_blocks_are_smaller_than_a_page_nothing_is_mapped_and_many_can_write()
    {
        Tools.RequireRoot();
        Tools.Require("mkfs.ext4");
        Tools.RequireFileSystem("ext4");
        using TestSupport.TempDirectory temp = new();
        string disk = temp.CreateDirectory("disk");
        ProcessRunner.Script("truncate -s 16M \"$1\"; mkfs.ext4 -q -b 1024 \"$1\"; mount -o loop \"$1\" \"$2\"", temp["image"], disk);
        string path = System.IO.Path.Join(disk, "test.db");

        await Task.WhenAll(Enumerable.Range(0, 3).Select(writer => Task.Run(() =>
        {
            using SqliteDatabase database = SqliteDatabase.Open(path, s_migrations);
            for (int i = 0; i < 10; i++)
            {
                database.Write(s => s.Execute("INSERT INTO things VALUES (?1, ?2)", $"{writer}-{i}", i));
                database.WriteUnsynced(s => s.Execute("UPDATE things SET count = count + 1 WHERE name = ?1", $"{writer}-{i}"));
                Assert.False(File.Exists(path + "-shm"));
            }
        })));
        Assert.Equal([path], Directory.GetFiles(disk));
        using SqliteDatabase database = SqliteDatabase.Open(path, s_migrations, readOnly: true);
        Assert.Equal((30L, 165L), database.Read(s => (s.Scalar("SELECT count(*) FROM things"), s.Scalar("SELECT sum(count) FROM things"))));
    }

    [Fact]
    public void A_file_that_is_no_database_is_DataLoss()
    {
        File.WriteAllBytes(Path, [.. Enumerable.Repeat((byte)'x', 5000)]);
        LayerStoreException e = Assert.Throws<LayerStoreException>(() => SqliteDatabase.Open(Path, s_migrations));
        Assert.Equal(ErrorKind.DataLoss, e.Kind);
        Assert.NotNull(e.Hint);
    }

    [Fact]
    public void A_small_log_is_left_to_the_next_one_and_one_that_has_grown_is_folded_into_the_database()
    {
        SqliteDatabase.Open(Path, s_migrations).Dispose();
        Assert.Equal([Path], Directory.GetFiles(_directory.Path));

        for (int i = 0; i < 2; i++)
        {
            using SqliteDatabase database = SqliteDatabase.Open(Path, s_migrations);
            Assert.Equal(i, database.Read(s => s.Scalar("SELECT count(*) FROM things")));
            database.Write(s => s.Execute("INSERT INTO things VALUES (?1, 1)", i));
        }

        Assert.InRange(new FileInfo(Path + "-wal").Length, 1, 1 << 20);
        using (SqliteDatabase readOnly = SqliteDatabase.Open(Path, s_migrations, readOnly: true))
        {
            Assert.Equal(2, readOnly.Read(s => s.Scalar("SELECT count(*) FROM things")));
        }

        using (SqliteDatabase database = SqliteDatabase.Open(Path, s_migrations))
        {
            database.Write(s => s.Execute("INSERT INTO things VALUES (?1, 1)", new string('x', 2 << 20)));
        }

        Assert.Equal([Path], Directory.GetFiles(_directory.Path));
        using SqliteDatabase again = SqliteDatabase.Open(Path, s_migrations);
        Assert.Equal(3, again.Read(s => s.Scalar("SELECT count(*) FROM things")));
    }

    [Fact]
    public void A_database_opened_read_only_is_read_but_not_changed()
    {
        using (SqliteDatabase database = SqliteDatabase.Open(Path, s_migrations))
        {
            database.Write(s => s.Execute("INSERT INTO things VALUES ('a', 1)"));
            using SqliteDatabase beside = SqliteDatabase.Open(Path, s_migrations, readOnly: true);
            Assert.Equal(1, beside.Read(s => s.Scalar("SELECT count(*) FROM things")));
        }

        using SqliteDatabase readOnly = SqliteDatabase.Open(Path, s_migrations, readOnly: true);
        Assert.Equal(1, readOnly.Read(s => s.Scalar("SELECT count(*) FROM things")));
        LayerStoreException e = Assert.Throws<LayerStoreException>(() => readOnly.Write(s => s.Execute("DELETE FROM things")));
        Assert.Equal(ErrorKind.PermissionDenied, e.Kind);
        Assert.Equal([Path], Directory.GetFiles(_directory.Path));
    }

    [Fact]
    public void Values_of_all_types_come_back()
    {
        string text = "ä\0" + new string('x', 10_000);
        using SqliteDatabase database = SqliteDatabase.Open(Path, s_migrations);
        (string Text, string Empty, long Number, bool Flag, bool IsNull) row = database.Read(s => s.Query(
            "SELECT ?1, ?2, ?3, ?4, ?5",
            r => (r.GetString(0), r.GetString(1), r.GetInt64(2), r.GetBoolean(3), r.IsNull(4)),
            text, "", long.MinValue, true, null)).Single();
        Assert.Equal((text, "", long.MinValue, true, true), row);
    }

    [Fact]
    public void Values_are_as_many_as_a_statement_has_parameters_and_of_these_types()
    {
        using SqliteDatabase database = SqliteDatabase.Open(Path, s_migrations);
        Assert.Throws<ArgumentException>(() => database.Read(s => s.Scalar("SELECT ?1 + ?2", 1)));
        Assert.Throws<ArgumentException>(() => database.Read(s => s.Scalar("SELECT ?1", 1, 2)));
        Assert.Throws<ArgumentException>(() => database.Read(s => s.Scalar("SELECT ?1", 1.5)));
        Assert.Equal(3, database.Read(s => s.Scalar("SELECT ?1 + ?2", 1, 2)));
    }

    [Fact]
    public void A_NULL_where_none_can_be_is_DataLoss()
    {
        using SqliteDatabase database = SqliteDatabase.Open(Path, s_migrations);
        Assert.Equal(ErrorKind.DataLoss, Assert.Throws<LayerStoreException>(() => database.Read(s => s.QueryFirst("SELECT NULL", r => r.GetString(0)))).Kind);
        Assert.Equal(ErrorKind.DataLoss, Assert.Throws<LayerStoreException>(() => database.Read(s => s.Query("SELECT NULL", r => r.GetInt64(0)))).Kind);
    }

    [Fact]
    public void Times_come_back_exactly()
    {
        DateTimeOffset time = new DateTimeOffset(2024, 2, 29, 1, 2, 3, TimeSpan.Zero).AddTicks(1234567);
        Assert.Equal(time, UnixTime.FromNanoseconds(UnixTime.ToNanoseconds(time)));
        Assert.Equal(time.AddYears(-80), UnixTime.FromNanoseconds(UnixTime.ToNanoseconds(time.AddYears(-80))));
        Assert.Equal(2262, UnixTime.FromNanoseconds(UnixTime.ToNanoseconds(DateTimeOffset.MaxValue)).Year);
    }
}
