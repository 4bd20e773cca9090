using LayerStore;
using LayerStore.Content;
using LayerStore.Metadata;
using Snapshotter.Linux;
using Snapshotter.Snapshots.Database;

namespace Snapshotter.Snapshots.Trees;

/// <summary>
/// The numbered trees of a store: makes drafts of them, deletes what no record names, and finds what dead processes left.
/// </summary>
/// <remarks>
/// <para>A row is written before its directory is made and, but for a draft's, removed before its directory is deleted, and
/// numbers are never used again. So a directory that was seen before the rows were read, and has none, is garbage. A draft's row need not outlive a
/// power cut before its tree is live: its number is then free again, but not for as long as anything has it for a name.</para>
/// <para>A draft's row names a lock that its process holds from before the row is written until it ends. When the lock
/// can be taken, the process is dead. A tree that a snapshot uses names it too while nobody has waited until its directories, which were
/// empty when they were made, are on the disk.</para>
/// </remarks>
internal sealed partial class TreeStore : IDisposable
{
    /// <summary>The number of a directory that stays empty: a lower for stacks that have none.</summary>
    public const long Empty = 0;

    /// <summary>What the lock of an upper that is to become a layer begins with; its number follows.</summary>
    public const string FreezePrefix = "freeze-";

    private const string WriterPrefix = "writer-";

    // A key's lock stays after its use; it is in nobody's way, and goes at a collection. Who waits for one notices that it is another file then.
    private const string KeyPrefix = "key-";

    private readonly StoreLayout _layout;
    private readonly SqliteDatabase _database;
    private readonly string _writer = WriterPrefix + Guid.NewGuid().ToString("n");
    private readonly Action<long> _restore;
    private readonly Action<long> _hide;

    /// <summary>Makes one.</summary>
    /// <param name="layout">The store.</param>
    /// <param name="database">Its records.</param>
    /// <param name="restore">Makes what a power cut took of a snapshot's new directories, and waits for the disk.</param>
    /// <param name="hide">Takes away what the store mounted in a tree that goes: a directory with a mount in it cannot be emptied.</param>
    /// <param name="leaveTrash">Whether a removal leaves what takes long (<see cref="StoreOptions.LeaveTrash"/>).</param>
    public TreeStore(StoreLayout layout, SqliteDatabase database, Action<long> restore, Action<long> hide, bool leaveTrash)
    {
        _layout = layout;
        _database = database;
        _restore = restore;
        _hide = hide;
        Trash = new Trash(layout, leaveTrash);
    }

    /// <summary>What is out of sight and not yet freed.</summary>
    public Trash Trash { get; }

    /// <summary>Deletes a tree that no row names any more, with all that belongs to it.</summary>
    /// <remarks>The change was made when its row went; what cannot be deleted now is left to <see cref="CleanUpAsync"/>.</remarks>
    public void Delete(long tree)
    {
        string name = tree.ToString();
        _hide(tree);
        foreach (string directory in (ReadOnlySpan<string>)[_layout.Trees, _layout.Works, _layout.Manifests])
        {
            TryDelete(directory, name);
        }
    }

    /// <summary>Takes a tree that no row names any more out of sight, with all that belongs to it.</summary>
    public void MoveToTrash(long tree)
    {
        string name = tree.ToString();
        _hide(tree);
        foreach (string directory in (ReadOnlySpan<string>)[_layout.Trees, _layout.Works, _layout.Manifests])
        {
            Trash.Take(directory, name);
        }
    }

    /// <summary>Takes what no row names out of sight.</summary>
    public void MoveOrphansToTrash()
    {
        foreach ((string directory, long tree) in FindOrphans())
        {
            _hide(tree);
            Trash.Take(directory, tree.ToString());
        }
    }

    /// <summary>Deletes whatever is in the place of a tree, and nothing else that belongs to it.</summary>
    public void DeleteTree(long tree)
    {
        _hide(tree);
        if (Trash.Take(_layout.Trees, tree.ToString()) is { } taken)
        {
            Trash.Free(taken);
        }
    }

    /// <summary>Deletes the work directory of an upper that will not be mounted as one again.</summary>
    public void DeleteWork(long tree) => TryDelete(_layout.Works, tree.ToString());

    /// <summary>Deletes everything that is garbage: drafts of dead processes, trees without a row, the trash.</summary>
    /// <exception cref="LayerStoreException">Something cannot be deleted.</exception>
    public Task CleanUpAsync(CancellationToken cancellationToken)
    {
        ReclaimDrafts();
        RemoveDeadLocks();
        MoveOrphansToTrash();
        return Trash.EmptyAsync(cancellationToken);
    }

    /// <summary>The numbered directories and manifests that no row names: what a crash left between a row and its directory.</summary>
    public List<(string Directory, long Tree)> FindOrphans()
    {
        // In this order: see the remarks.
        List<(string Directory, long Tree)> found =
            [.. Numbered(_layout.Trees), .. Numbered(_layout.Works), .. Numbered(_layout.Manifests)];
        (HashSet<long> trees, HashSet<long> writable) = _database.Read(s => (TreeTable.All(s), TreeTable.Writable(s)));
        found.RemoveAll(one => (one.Directory == _layout.Works ? writable : trees).Contains(one.Tree));
        return found;
    }

    /// <summary>The numbers of all trees that a row names, drafts included.</summary>
    public HashSet<long> FindAll() => _database.Read(TreeTable.All);

    /// <summary>The trees that snapshots use and no layer is.</summary>
    public List<TreeUser> FindUsers() => _database.Read(TreeTable.Users);

    /// <summary>Records a manifest that was made again.</summary>
    public void SetManifest(long tree, Digest manifest) => _database.Write(s => TreeTable.SetManifest(s, tree, manifest));

    /// <summary>Records an image that was made again.</summary>
    public void SetImage(long tree, Digest image) => _database.Write(s => TreeTable.SetImage(s, tree, image));

    /// <summary>Records what a tree takes on the disk, if that was wrong.</summary>
    public void SetUsage(long tree, SnapshotUsage usage) => _database.Write(s => TreeTable.SetUsage(s, tree, usage));

    /// <summary>What SQLite itself finds wrong with the records.</summary>
    public IReadOnlyList<string> CheckRecords() => _database.CheckIntegrity();

    private void TryDelete(string directory, string name)
    {
        try
        {
            using DirectoryHandle place = TrustedDirectory.Open(directory);
            if (!place.TryRemove(ByteString.FromText(name)) && Trash.Take(directory, name) is { } taken)
            {
                Trash.Free(taken);
            }
        }
        catch (LayerStoreException)
        {
        }
    }

    /// <summary>The locks of processes that are dead: of writers without drafts, and of uppers that were to become layers. Other locks stay for those who come.</summary>
    public List<string> FindDeadLocks()
    {
        List<string> dead = [];
        if (!_layout.IsReadOnly)
        {
            EachDeadLock(dead.Add, alsoOfKeys: false);
        }

        return dead;
    }

    private void RemoveDeadLocks() => EachDeadLock(name => TrustedFile.Discard(Path.Join(_layout.Locks, name)), alsoOfKeys: true);

    /// <summary>Does something with each, while nobody else can take it.</summary>
    private void EachDeadLock(Action<string> visit, bool alsoOfKeys)
    {
        foreach (string name in Directory.GetFiles(_layout.Locks).Select(path => Path.GetFileName(path)).Order(StringComparer.Ordinal))
        {
            if (name == _writer || !(IsOwn(name) || (alsoOfKeys && name.StartsWith(KeyPrefix, StringComparison.Ordinal))))
            {
                continue;
            }

            using StoreLock? dead = TryLock(name);
            if (dead is not null && !_database.Read(TreeTable.Writers).Contains(name))
            {
                visit(name);
            }
        }
    }

    // Only the names that this store gives: everything else is somebody else's.
    private static bool IsOwn(string name) =>
        (name.StartsWith(WriterPrefix, StringComparison.Ordinal) && name[WriterPrefix.Length..].All(char.IsAsciiHexDigitLower))
        || (name.StartsWith(FreezePrefix, StringComparison.Ordinal) && name[FreezePrefix.Length..].All(char.IsAsciiDigit));

    private StoreLock? TryLock(string name)
    {
        try
        {
            // Without waiting, it has ended when it returns.
            return StoreLock.AcquireAsync(_layout, name, wait: false).GetAwaiter().GetResult();
        }
        catch (LayerStoreException e) when (e.Kind == ErrorKind.Aborted)
        {
            return null;
        }
    }

    // Only the names that this store gives: everything else is somebody else's.
    private static IEnumerable<(string Directory, long Tree)> Numbered(string directory) =>
        from path in Directory.GetFileSystemEntries(directory)
        let name = Path.GetFileName(path)
        where long.TryParse(name, out long tree) && tree > Empty && tree.ToString() == name
        select (directory, long.Parse(name));
}
