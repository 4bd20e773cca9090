using System.Text.Json;
using LayerStore.Linux;
using Microsoft.Win32.SafeHandles;

namespace LayerStore.Content;

/// <summary>
/// The store on the disk: every name under its root, and nothing else there is ever touched.
/// <code>
/// ROOT/                       0700; may hold foreign files, which are left alone
///   layerstore.json           the mark of a store: {"format":1,"xattrs":"trusted"}; written once, last of all
///   metadata.db  -wal -shm -journal    SQLite: labels of blobs, images, leases, owners' claims
///   blobs/sha256/HEX          a blob, read-only in spirit; its name is its digest
///   blobs/sha512/HEX
///   blobs/ALGORITHM/HEX.damaged   what a verified read found not to be the blob HEX; replaced by the next ingest, else garbage
///   ingest/KEY/data           a blob being written; KEY is the sha256 of its owner and reference
///   ingest/KEY/ingest.json    its owner and reference, and the digest and size to come
///   ingest/KEY/lock           locked (flock) while its writer lives
///   locks/NAME                locks (flock) between processes; see StoreLock
///   snapshots.db  -wal -shm -journal   SQLite: layers and snapshots
///   t/N/                      a directory tree that overlay is given: a layer, an upper, the top of a view
///   t/0/                      stays empty: a lower directory for stacks that have none
///   w/N/                      overlay's work directory for the upper N
///   m/N                       the manifest of the layer N: what unpacking wrote
///   trash/                    what is about to be deleted, under any name
/// </code>
/// Directories of the store are mode 0700: layers hold setuid programs and other people's files, and must not be reached
/// but through a mount. N is a decimal number, short because mount options are (one page for all of them).
/// </summary>
public sealed partial class StoreLayout
{
    /// <summary>The version of this layout, in <c>layerstore.json</c>.</summary>
    public const int Format = 1;

    private const string MarkerName = "layerstore.json";
    private const string MetadataName = "metadata.db";
    private const string SnapshotsName = "snapshots.db";
    private const int MaxMarkerSize = 4096;

    /// <summary>The marker of a store that root made.</summary>
    private static ReadOnlySpan<byte> TrustedMarker => "{\"format\":1,\"xattrs\":\"trusted\"}\n"u8;

    /// <summary>The marker of a store that was made in a user namespace.</summary>
    private static ReadOnlySpan<byte> UserMarker => "{\"format\":1,\"xattrs\":\"user\"}\n"u8;

    private StoreLayout(string root, XattrNamespace xattrs)
    {
        Root = root;
        Xattrs = xattrs;
        IsReadOnly = !PosixFile.IsWritable(root);
    }

    /// <summary>The root's absolute path.</summary>
    public string Root { get; }

    /// <summary>The namespace of overlay's xattrs in this store's layers.</summary>
    public XattrNamespace Xattrs { get; }

    /// <summary>Whether the root cannot be written to: a read-only file system, or somebody else's store.</summary>
    public bool IsReadOnly { get; }

    /// <summary>The database of blobs' labels, images and leases.</summary>
    public string MetadataDatabase => Path.Join(Root, MetadataName);

    /// <summary>The database of layers and snapshots.</summary>
    public string SnapshotsDatabase => Path.Join(Root, SnapshotsName);

    /// <summary>The directory of the ingests.</summary>
    public string Ingests => Path.Join(Root, "ingest");

    /// <summary>The directory of the locks; see <see cref="StoreLock"/>.</summary>
    public string Locks => Path.Join(Root, "locks");

    /// <summary>The directory of the trees: layers, uppers, tops of views.</summary>
    public string Trees => Path.Join(Root, "t");

    /// <summary>The directory of overlay's work directories.</summary>
    public string Works => Path.Join(Root, "w");

    /// <summary>The directory of the layers' manifests.</summary>
    public string Manifests => Path.Join(Root, "m");

    /// <summary>The directory of what is to be deleted.</summary>
    public string Trash => Path.Join(Root, "trash");

    /// <summary>The directory of the blobs of one algorithm.</summary>
    public string Blobs(DigestAlgorithm algorithm) => Path.Join(Root, "blobs", algorithm.Name());

    /// <summary>A blob's file. Only a digest makes this path, and a digest holds nothing but hexadecimal digits.</summary>
    public string Blob(Digest digest)
    {
        ArgumentNullException.ThrowIfNull(digest);
        return Path.Join(Blobs(digest.Algorithm), digest.Encoded);
    }

    /// <summary>Where a blob's file goes when it is found damaged.</summary>
    public string DamagedBlob(Digest digest) => Blob(digest) + ".damaged";

    /// <summary>A tree's directory.</summary>
    public string Tree(long number) => Path.Join(Trees, number.ToString());

    /// <summary>The work directory of an upper.</summary>
    public string Work(long number) => Path.Join(Works, number.ToString());

    /// <summary>A layer's manifest.</summary>
    public string Manifest(long number) => Path.Join(Manifests, number.ToString());

    /// <summary>Whether there is a store at this root.</summary>
    public static bool Exists(string root)
    {
        ArgumentException.ThrowIfNullOrEmpty(root);
        return PosixFile.StatPath(Path.Join(Path.GetFullPath(root), MarkerName), "the store") is not null;
    }

    /// <summary>Opens a store that is there.</summary>
    /// <param name="root">The root directory; a relative path is made absolute.</param>
    /// <exception cref="LayerStoreException"><see cref="ErrorKind.NotFound"/>: no store here;
    /// <see cref="ErrorKind.FailedPrecondition"/>: another format; <see cref="ErrorKind.DataLoss"/>: its mark is damaged.</exception>
    public static StoreLayout Open(string root)
    {
        ArgumentException.ThrowIfNullOrEmpty(root);
        string path = Path.GetFullPath(root);
        XattrNamespace? xattrs = ReadMarker(path);
        if (xattrs is null)
        {
            throw new LayerStoreException(ErrorKind.NotFound, $"there is no store in {Printable.Text(path)}", "It is made by the first command that stores something.");
        }

        StoreLayout layout = new(path, xattrs.Value);
        if (!layout.IsReadOnly)
        {
            layout.MakeDirectories();
        }

        return layout;
    }

    /// <summary>Opens the store at this root, or makes one, durably. Any number of processes may do so at once.</summary>
    /// <param name="root">The root directory; a relative path is made absolute, a missing directory is made.</param>
    /// <param name="xattrs">The namespace that this process can use.</param>
    /// <param name="makeSnapshots">Makes the database of a new store's layers and snapshots in the file of this path, and need not wait for the disk;
    /// null leaves that to who opens it first.</param>
    /// <exception cref="LayerStoreException"><see cref="ErrorKind.FailedPrecondition"/>: the store has the other namespace
    /// or another format; <see cref="ErrorKind.PermissionDenied"/>: it cannot be made there; <see cref="ErrorKind.DataLoss"/>:
    /// its mark is damaged.</exception>
    public static StoreLayout OpenOrCreate(string root, XattrNamespace xattrs, Action<string>? makeSnapshots = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(root);
        if (!Exists(root))
        {
            Create(Path.GetFullPath(root), xattrs, makeSnapshots);
        }

        StoreLayout layout = Open(root);
        return layout.Xattrs == xattrs
            ? layout
            : throw new LayerStoreException(
                ErrorKind.FailedPrecondition,
                $"the store in {Printable.Text(layout.Root)} was made {Mode(layout.Xattrs)}, and cannot be used {Mode(xattrs)}",
                $"Use it {Mode(layout.Xattrs)}, or choose another root.");
    }

    /// <summary>Refuses a store that cannot be written to: the one error for all writers.</summary>
    /// <exception cref="LayerStoreException"><see cref="ErrorKind.PermissionDenied"/>.</exception>
    public void RequireWritable()
    {
        if (IsReadOnly)
        {
            throw Metadata.SqliteErrors.ReadOnly(MetadataDatabase);
        }
    }

    private static string Mode(XattrNamespace xattrs) => xattrs == XattrNamespace.Trusted ? "by root" : "in a user namespace";

    private void MakeDirectories()
    {
        foreach (string name in (ReadOnlySpan<string>)["blobs", "blobs/sha256", "blobs/sha512", "ingest", "locks", "t", "t/0", "w", "m", "trash"])
        {
            string path = Path.Join(Root, name);
            PosixFile.TryMakeDirectory(path, Printable.Text(path));
        }
    }

    private static XattrNamespace? ReadMarker(string root)
    {
        string path = Path.Join(root, MarkerName);
        using SafeFileHandle? file = PosixFile.OpenRegular(path, Printable.Text(path), out FileStat stat);
        if (file is null)
        {
            return null;
        }

        byte[] bytes = new byte[Math.Min(stat.Size, MaxMarkerSize)];
        try
        {
            int length = RandomAccess.Read(file, bytes, 0);
            ReadOnlySpan<byte> text = bytes.AsSpan(0, length);

            // As it is written: short commands need no JSON parser for it, which is loaded with the method that uses it.
            return text.SequenceEqual(TrustedMarker) ? XattrNamespace.Trusted
                : text.SequenceEqual(UserMarker) ? XattrNamespace.User
                : ParseMarker(root, path, bytes.AsMemory(0, length));
        }
        catch (Exception e) when (IoErrors.IsIo(e))
        {
            throw IoErrors.Translate(e, $"read {Printable.Text(path)}");
        }
    }

    private static XattrNamespace ParseMarker(string root, string path, ReadOnlyMemory<byte> text)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(text);
            int format = document.RootElement.GetProperty("format").GetInt32();
            if (format != Format)
            {
                throw new LayerStoreException(
                    ErrorKind.FailedPrecondition,
                    $"the store in {Printable.Text(root)} has format {format}, this program knows format {Format}",
                    "It was made by another version of this program: use that one.");
            }

            switch (document.RootElement.GetProperty("xattrs").GetString())
            {
                case "trusted":
                    return XattrNamespace.Trusted;
                case "user":
                    return XattrNamespace.User;
            }
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException or FormatException)
        {
        }

        throw new LayerStoreException(
            ErrorKind.DataLoss, $"{Printable.Text(path)} is damaged", "It should read {\"format\":1,\"xattrs\":\"trusted\"}, or \"user\" if the store was made in a user namespace.");
    }
}
