using LayerStore;
using LayerStore.Content;
using LayerStore.Metadata;
using Snapshotter.Snapshots.Images;
using Snapshotter.Snapshots.Overlay;

namespace Snapshotter.Snapshots.Database;

/// <summary>The store's <c>snapshots.db</c>: layers, snapshots, and where snapshots are mounted.</summary>
/// <remarks>
/// <code>
///   store          trees ◄────────── layers          one row for each published layer
///   └ driver       │ ▲ has_root_entry  diff_id + chain_id
///                  │ │ opaque_root
///                  │ │ usage, manifest, image
///   directory t/id ┘ └───────────── snapshots ◄───── labels
///                                    │ ▲   ▲ ▲──────  mounts   recorded by "mount", gone with "umount"
///                                    └─┘   owner + key
///                                   parent
/// </code>
/// <para>A tree is a directory <c>t/id</c>, or a directory with an image in it that shows the tree (<c>image</c>); a number is never used again. A tree with a <c>writer</c> is a draft: it belongs
/// to the process that holds the lock of that name, and to nobody once that lock is free. With a snapshot that uses it, it is live
/// all the same: its directories were empty when they were made, and may not be on the disk. One without a writer is live: what it
/// held when its row was written is on the disk. A live tree is used by its row in <c>layers</c>, by any number of
/// committed snapshots, or by one active one or view; when the last of these goes, so does the tree's row, and after
/// that its directory. So a directory without a row is garbage, at any moment and after any crash.</para>
/// <para>An owner sees its own snapshots only; trees and layers belong to all. Times are <see cref="UnixTime"/>.</para>
/// </remarks>
internal static class SnapshotDatabase
{
    // Once released an element never changes; a new version is a new element.
    private static readonly string[] s_migrations =
    [
        """
        CREATE TABLE store (
            id     INTEGER PRIMARY KEY CHECK (id = 1),
            driver TEXT NOT NULL CHECK (driver <> '')
        );

        CREATE TABLE trees (
            id             INTEGER PRIMARY KEY AUTOINCREMENT,
            writer         TEXT CHECK (writer <> ''),         -- the lock of the process that made it; NULL: on the disk
            has_root_entry INTEGER NOT NULL CHECK (has_root_entry IN (0, 1)),
            opaque_root    INTEGER NOT NULL CHECK (opaque_root IN (0, 1)),
            bytes          INTEGER NOT NULL CHECK (bytes >= 0),  -- allocated; 0 while it can change
            inodes         INTEGER NOT NULL CHECK (inodes >= 0),
            manifest       TEXT CHECK (manifest GLOB 'sha*:?*')  -- the digest of the file m/id; NULL: it has none
        );
        CREATE INDEX trees_by_writer ON trees (writer) WHERE writer IS NOT NULL;

        CREATE TABLE layers (
            tree     INTEGER PRIMARY KEY REFERENCES trees (id),
            diff_id  TEXT NOT NULL CHECK (diff_id GLOB 'sha*:?*'),
            chain_id TEXT CHECK (chain_id GLOB 'sha*:?*')        -- completed for this chain; NULL: shared by all
        );
        CREATE UNIQUE INDEX layers_by_diff_id ON layers (diff_id, ifnull(chain_id, ''));

        CREATE TABLE snapshots (
            id      INTEGER PRIMARY KEY AUTOINCREMENT,
            owner   TEXT NOT NULL CHECK (owner <> ''),
            key     TEXT NOT NULL CHECK (key <> ''),
            kind    TEXT NOT NULL CHECK (kind IN ('committed', 'active', 'view')),
            parent  INTEGER REFERENCES snapshots (id) CHECK (parent <> id),
            tree    INTEGER NOT NULL REFERENCES trees (id),
            created INTEGER NOT NULL,
            updated INTEGER NOT NULL,
            UNIQUE (owner, key)
        );
        CREATE INDEX snapshots_by_parent ON snapshots (parent);
        CREATE INDEX snapshots_by_tree ON snapshots (tree);

        CREATE TABLE labels (
            snapshot INTEGER NOT NULL REFERENCES snapshots (id) ON DELETE CASCADE,
            key      TEXT NOT NULL,
            value    TEXT NOT NULL CHECK (value <> ''),
            PRIMARY KEY (snapshot, key)
        ) WITHOUT ROWID;

        CREATE TABLE mounts (
            target            TEXT PRIMARY KEY CHECK (target LIKE '/%'),
            snapshot          INTEGER NOT NULL REFERENCES snapshots (id) ON DELETE CASCADE,
            read_only         INTEGER NOT NULL CHECK (read_only IN (0, 1)),
            remove_at_unmount INTEGER NOT NULL CHECK (remove_at_unmount IN (0, 1)),
            options           TEXT NOT NULL                      -- one a line, as they were mounted
        ) WITHOUT ROWID;
        CREATE INDEX mounts_by_snapshot ON mounts (snapshot);
        """,
        """
        ALTER TABLE snapshots ADD COLUMN id_map TEXT CHECK (id_map LIKE '%:%:% %:%:%'); -- users and groups in its mounts; NULL: as they are
        """,
        """
        ALTER TABLE trees ADD COLUMN image TEXT CHECK (image GLOB 'sha*:?*'); -- the digest of the file t/id/image; NULL: the tree is a directory
        """,
    ];

    /// <summary>Opens the database of a store; makes it unless the store is read-only.</summary>
    /// <param name="layout">The store.</param>
    /// <param name="driver">The driver that is to use it, recorded at the first opening; null for the recorded one, and overlay for a new store.</param>
    /// <param name="sync">Whether a change waits for the disk.</param>
    /// <param name="recorded">The driver that the snapshots belong to.</param>
    /// <exception cref="LayerStoreException"><see cref="ErrorKind.FailedPrecondition"/>: the store belongs to another
    /// driver; <see cref="ErrorKind.Unimplemented"/>: it is new, and its file system cannot hold overlay's marks; others as <see cref="SqliteDatabase.Open"/>.</exception>
    public static SqliteDatabase Open(StoreLayout layout, string? driver, bool sync, out string recorded)
    {
        SqliteDatabase database = SqliteDatabase.Open(layout.SnapshotsDatabase, s_migrations, layout.IsReadOnly, sync);
        try
        {
            recorded = database.Read(ReadDriver) ?? Choose(database, layout, driver ?? OverlaySnapshotter.DriverName);
            return driver is null || recorded == driver
                ? database
                : throw new LayerStoreException(
                    ErrorKind.FailedPrecondition,
                    $"the snapshots in {Printable.Text(layout.Root)} were made by the driver {recorded}, and cannot be used by {driver}",
                    $"Use it with --driver {recorded}, or choose another root.");
        }
        catch
        {
            database.Dispose();
            throw;
        }
    }

    /// <summary>Makes the database of a store that is being made; as <see cref="SqliteDatabase.Make"/>.</summary>
    public static void Make(string path) => SqliteDatabase.Make(path, s_migrations);

    /// <summary>The driver that a store's snapshots belong to, or null if it has none yet.</summary>
    public static string? DriverOf(StoreLayout layout)
    {
        if (!File.Exists(layout.SnapshotsDatabase))
        {
            return null;
        }

        using SqliteDatabase database = SqliteDatabase.Open(layout.SnapshotsDatabase, s_migrations, layout.IsReadOnly);
        return database.Read(ReadDriver);
    }

    private static string? ReadDriver(SqliteSession session) => session.QueryFirst("SELECT driver FROM store", r => r.GetString(0));

    private static string Choose(SqliteDatabase database, StoreLayout layout, string driver)
    {
        if (layout.IsReadOnly)
        {
            return driver;
        }

        if (driver is OverlaySnapshotter.DriverName or OverlaySnapshotter.ErofsDriverName)
        {
            OverlaySnapshotter.RequireXattrs(layout);
        }

        if (driver == OverlaySnapshotter.ErofsDriverName)
        {
            LayerImages.Require(layout);
        }

        // It is as durable as the first row that depends on it.
        return database.WriteUnsynced(s => RecordDriver(s, driver));
    }

    // Another process may have recorded its own first.
    private static string RecordDriver(SqliteSession session, string driver)
    {
        session.Execute("INSERT INTO store VALUES (1, ?1) ON CONFLICT (id) DO NOTHING", driver);
        return ReadDriver(session)!;
    }
}
