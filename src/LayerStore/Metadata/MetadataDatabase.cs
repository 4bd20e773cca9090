using LayerStore.Content;

namespace LayerStore.Metadata;

/// <summary>The store's <c>metadata.db</c>: labels of blobs, images, leases, what owners claim, what documents name. Snapshots have a database of their own.</summary>
/// <remarks>
/// Digests are text, <c>sha256:…</c>; times are <see cref="UnixTime"/>. The tables of blobs hold what the files do not
/// say: a row without a file counts for nothing, a file without a row is a blob without labels.
/// </remarks>
public static class MetadataDatabase
{
    // Once released an element never changes; a new version is a new element.
    private static readonly string[] s_migrations =
    [
        """
        CREATE TABLE blobs (
            digest   TEXT PRIMARY KEY CHECK (digest GLOB 'sha*:?*'),
            size     INTEGER NOT NULL CHECK (size >= 0),
            modified INTEGER,              -- the file's mtime when it was last verified; NULL: never
            created  INTEGER NOT NULL,
            updated  INTEGER NOT NULL
        ) WITHOUT ROWID;
        CREATE TABLE blob_labels (
            owner TEXT NOT NULL REFERENCES blobs (digest) ON DELETE CASCADE,
            key   TEXT NOT NULL CHECK (key <> ''),
            value TEXT NOT NULL,
            PRIMARY KEY (owner, key)
        ) WITHOUT ROWID;

        CREATE TABLE images (
            name                TEXT PRIMARY KEY CHECK (name <> ''),
            target_type         TEXT NOT NULL, -- what the name resolved to: often an index
            target_digest       TEXT NOT NULL CHECK (target_digest GLOB 'sha*:?*'),
            target_size         INTEGER NOT NULL CHECK (target_size >= 0),
            manifest_type       TEXT NOT NULL, -- the manifest chosen for the platform
            manifest_digest     TEXT NOT NULL CHECK (manifest_digest GLOB 'sha*:?*'),
            manifest_size       INTEGER NOT NULL CHECK (manifest_size >= 0),
            os                  TEXT,          -- the platform it was chosen by, if the index named one
            architecture        TEXT CHECK ((os IS NULL) = (architecture IS NULL)),
            variant             TEXT,
            os_version          TEXT,
            created             INTEGER NOT NULL,
            updated             INTEGER NOT NULL
        ) WITHOUT ROWID;
        CREATE TABLE image_labels (
            owner TEXT NOT NULL REFERENCES images (name) ON DELETE CASCADE,
            key   TEXT NOT NULL CHECK (key <> ''),
            value TEXT NOT NULL,
            PRIMARY KEY (owner, key)
        ) WITHOUT ROWID;

        CREATE TABLE leases (
            id      TEXT PRIMARY KEY CHECK (id <> ''),
            created INTEGER NOT NULL,
            expires INTEGER                -- NULL: never
        ) WITHOUT ROWID;
        CREATE TABLE lease_labels (
            owner TEXT NOT NULL REFERENCES leases (id) ON DELETE CASCADE,
            key   TEXT NOT NULL CHECK (key <> ''),
            value TEXT NOT NULL,
            PRIMARY KEY (owner, key)
        ) WITHOUT ROWID;
        CREATE TABLE lease_resources (
            lease TEXT NOT NULL REFERENCES leases (id) ON DELETE CASCADE,
            kind  TEXT NOT NULL CHECK (kind IN ('blob', 'ingest', 'layer', 'snapshot')),
            id    TEXT NOT NULL CHECK (id <> ''),
            PRIMARY KEY (lease, kind, id)
        ) WITHOUT ROWID;
        """,
        """
        CREATE TABLE claims (
            id      INTEGER PRIMARY KEY,
            owner   TEXT NOT NULL CHECK (owner <> ''),
            digest  TEXT NOT NULL CHECK (digest GLOB 'sha*:?*'),
            created INTEGER NOT NULL,
            updated INTEGER NOT NULL,
            UNIQUE (owner, digest)
        );
        CREATE INDEX claims_by_digest ON claims (digest);
        CREATE TABLE claim_labels (
            owner INTEGER NOT NULL REFERENCES claims (id) ON DELETE CASCADE,
            key   TEXT NOT NULL CHECK (key <> ''),
            value TEXT NOT NULL,
            PRIMARY KEY (owner, key)
        ) WITHOUT ROWID;
        CREATE TABLE dropped (
            id     INTEGER PRIMARY KEY AUTOINCREMENT, -- in the order in which owners gave them up
            digest TEXT NOT NULL CHECK (digest GLOB 'sha*:?*')
        );
        """,
        """
        CREATE TABLE documents (
            digest       TEXT NOT NULL CHECK (digest GLOB 'sha*:?*'),
            kind         TEXT NOT NULL CHECK (kind IN ('index', 'manifest', 'image')), -- as what it was read; image: a manifest with an image's config
            os           TEXT,             -- what that config says
            architecture TEXT CHECK ((os IS NULL) = (architecture IS NULL)),
            variant      TEXT,
            os_version   TEXT,
            sum          INTEGER NOT NULL, -- of all that is said here of the document
            PRIMARY KEY (digest, kind)
        ) WITHOUT ROWID;
        CREATE TABLE document_names (
            document TEXT NOT NULL,
            kind     TEXT NOT NULL,
            position INTEGER NOT NULL,     -- of an index's entries; of a manifest 0 is the config, and the layers follow
            type     TEXT NOT NULL,
            digest   TEXT NOT NULL CHECK (digest GLOB 'sha*:?*'),
            size     INTEGER NOT NULL CHECK (size >= 0),
            diff_id  TEXT CHECK (diff_id GLOB 'sha*:?*'),
            PRIMARY KEY (document, kind, position),
            FOREIGN KEY (document, kind) REFERENCES documents (digest, kind) ON DELETE CASCADE
        ) WITHOUT ROWID;
        """,
    ];

    /// <summary>Opens the database of a store; makes it unless the store is read-only.</summary>
    /// <param name="layout">The store.</param>
    /// <param name="sync">Whether a change waits for the disk; false loses changes in a power cut.</param>
    /// <exception cref="LayerStoreException">As <see cref="SqliteDatabase.Open"/>.</exception>
    public static SqliteDatabase Open(StoreLayout layout, bool sync = true)
    {
        ArgumentNullException.ThrowIfNull(layout);
        return SqliteDatabase.Open(layout.MetadataDatabase, s_migrations, layout.IsReadOnly, sync);
    }

    /// <summary>Makes the database of a store that is being made; as <see cref="SqliteDatabase.Make"/>.</summary>
    internal static void Make(string path) => SqliteDatabase.Make(path, s_migrations);
}
