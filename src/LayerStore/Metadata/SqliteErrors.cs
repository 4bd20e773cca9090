using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace LayerStore.Metadata;

/// <summary>What SQLite reports, as errors that a user can understand (sqlite.org/rescode.html).</summary>
internal static class SqliteErrors
{
    public static bool IsBusy(SqliteException e) => e.SqliteErrorCode is raw.SQLITE_BUSY or raw.SQLITE_LOCKED or raw.SQLITE_PROTOCOL;

    public static LayerStoreException Translate(SqliteException e, string path)
    {
        string name = Printable.Text(path);
        return (e.SqliteErrorCode, e.SqliteExtendedErrorCode) switch
        {
            // A full disk also shows as an error to grow the WAL's index.
            (raw.SQLITE_FULL, _) or (_, raw.SQLITE_IOERR_SHMSIZE) => new LayerStoreException(
                ErrorKind.ResourceExhausted, $"cannot write {name}: no space left", "Free some space on this file system, then try again.", e),
            // It does not say which error: a quota that is used up shows as a broken disk.
            (raw.SQLITE_IOERR, _) => new LayerStoreException(
                ErrorKind.Unknown, $"cannot use {name}: the disk reports an error", "Look into the kernel's log (dmesg), and at the disk quota if there is one.", e),
            (raw.SQLITE_NOMEM, _) => new LayerStoreException(ErrorKind.ResourceExhausted, $"cannot use {name}: out of memory", null, e),
            (raw.SQLITE_CORRUPT or raw.SQLITE_NOTADB, _) => new LayerStoreException(
                ErrorKind.DataLoss, $"the database {name} is damaged", "Move it away: blobs are found again, names and labels must be given anew.", e),
            (raw.SQLITE_READONLY, _) => ReadOnly(path, e),
            (raw.SQLITE_CANTOPEN or raw.SQLITE_PERM, _) => new LayerStoreException(
                ErrorKind.PermissionDenied, $"cannot open {name}", "Check that its directory exists and that you may write to it.", e),
            (raw.SQLITE_CONSTRAINT, raw.SQLITE_CONSTRAINT_UNIQUE or raw.SQLITE_CONSTRAINT_PRIMARYKEY) =>
                new LayerStoreException(ErrorKind.AlreadyExists, $"the name is taken in {name}", null, e),
            (raw.SQLITE_CONSTRAINT, raw.SQLITE_CONSTRAINT_FOREIGNKEY) =>
                new LayerStoreException(ErrorKind.FailedPrecondition, $"a record in {name} still uses this, or lacks what it names", null, e),
            _ when IsBusy(e) => new LayerStoreException(
                ErrorKind.Aborted, $"the database {name} is in use by another process", "Try again when the other one is done.", e),
            _ => new LayerStoreException(ErrorKind.Unknown, $"cannot use {name}: {Printable.Text(e.Message).TrimEnd('.')}", null, e),
        };
    }

    public static LayerStoreException ReadOnly(string path, Exception? cause = null) => new(
        ErrorKind.PermissionDenied,
        $"the store in {Printable.Text(Path.GetDirectoryName(path) ?? path)} is read-only",
        "Run it as the user who owns the store, and on a file system that is mounted read-write.",
        cause);

    public static LayerStoreException UncleanReadOnly(SqliteException e, string path) => new(
        ErrorKind.PermissionDenied,
        $"cannot read {Printable.Text(path)}: it was not closed cleanly and the store is read-only",
        "Open the store once where it can be written.",
        e);

    public static LayerStoreException WrongVersion(string path, long version, int known) => new(
        ErrorKind.FailedPrecondition,
        $"the database {Printable.Text(path)} has version {version}, this program knows version {known}",
        version > known ? "It was written by a newer version of this program: use that one." : "Open the store once where it can be written.");
}
