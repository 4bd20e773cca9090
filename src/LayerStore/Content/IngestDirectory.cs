using System.Text;
using LayerStore.Linux;
using Microsoft.Win32.SafeHandles;

namespace LayerStore.Content;

/// <summary>One ingest on the disk, <c>ingest/KEY/</c>. Who holds <c>lock</c> owns the rest, its removal included.</summary>
/// <remarks>
/// Crash points: a directory without a readable <c>ingest.json</c> was never begun, one without <c>data</c> was published;
/// both count as no ingest: the next writer of the reference begins anew in them, and whoever opens the store removes them
/// (<see cref="RemoveEnded"/>). One with both is an ingest to resume, or to abort.
/// </remarks>
internal sealed class IngestDirectory
{
    private const int MaxRecordSize = 64 * 1024;

    // Who does not wait for another writer outlasts a lister, which takes a lock shared for a moment to see whether it is free, and a writer that is about
    // to end: a daemon's client knows before the lock is free. containerd's own store waits about as long.
    private const long PatienceMilliseconds = 250;
    private const int LongestDelayMilliseconds = 50;

    private readonly string _path;
    private readonly string _what;

    private IngestDirectory(string path, string what)
    {
        _path = path;
        _what = what;
    }

    public string Data => Path.Join(_path, "data");

    private string Record => Path.Join(_path, "ingest.json");

    private string Lock => Path.Join(_path, "lock");

    /// <summary>The directory for a reference of an owner, whether it is there or not.</summary>
    public static IngestDirectory Of(StoreLayout layout, string owner, string reference)
    {
        // A reference has no newline, so that no other owner's name and reference make this text.
        string key = owner == StoreOwner.CommandLine ? reference : $"{owner}\n{reference}";
        return new IngestDirectory(Path.Join(layout.Ingests, Digest.Compute(Encoding.UTF8.GetBytes(key)).Encoded), $"ingest \"{Printable.Text(reference)}\"");
    }

    /// <summary>All ingests of an owner, in no order.</summary>
    public static IEnumerable<IngestStatus> List(StoreLayout layout, string owner)
    {
        foreach (string path in Directory.EnumerateDirectories(layout.Ingests))
        {
            IngestDirectory ingest = new(path, $"ingest {Printable.Text(path)}");
            if (ingest.Status(owner) is { } status)
            {
                yield return status;
            }
        }
    }

    /// <summary>Those that no living process writes, readable or not.</summary>
    public static IEnumerable<IdleIngest> ListIdle(StoreLayout layout)
    {
        foreach (string path in Directory.EnumerateDirectories(layout.Ingests))
        {
            IngestDirectory ingest = new(path, $"ingest {Printable.Text(path)}");
            if (!ingest.IsLocked())
            {
                IngestRecord? record = ingest.Read();
                _ = Digest.TryParse(record?.Digest, out Digest? expected);
                yield return new IdleIngest(Path.GetFileName(path), record?.Owner ?? StoreOwner.CommandLine, record?.Reference, expected);
            }
        }
    }

    /// <summary>Removes one that no living process writes; false if one does.</summary>
    public static bool TryRemove(StoreLayout layout, string name)
    {
        string path = Path.Join(layout.Ingests, name);
        IngestDirectory ingest = new(path, $"ingest {Printable.Text(path)}");
        using StoreLock? held = StoreLock.TryAcquire(ingest.Lock, exclusive: true, out bool missing);
        if (held is null)
        {
            return missing;
        }

        ingest.Remove();
        return true;
    }

    /// <summary>Removes the directories that hold no ingest and that nobody is about to begin one in: what the crash points leave.</summary>
    /// <remarks>Cheap when there are none. What cannot be removed is in nobody's way.</remarks>
    public static void RemoveEnded(StoreLayout layout)
    {
        try
        {
            foreach (string path in Directory.EnumerateDirectories(layout.Ingests))
            {
                IngestDirectory ingest = new(path, $"ingest {Printable.Text(path)}");
                if (ingest.Read() is null)
                {
                    using StoreLock? held = StoreLock.TryAcquire(ingest.Lock, exclusive: true, out _);
                    if (held is not null && ingest.Read() is null)
                    {
                        ingest.Remove();
                    }
                }
            }
        }
        catch (Exception e) when (IoErrors.IsIo(e) || e is LayerStoreException)
        {
        }
    }

    /// <summary>Makes the directory if need be, and takes its lock.</summary>
    public async Task<StoreLock> LockAsync(bool wait, CancellationToken cancellationToken)
    {
        long began = Environment.TickCount64;
        int delay = 1;
        while (true)
        {
            cancellationToken.ThrowIfCancellationRequested();
            PosixFile.TryMakeDirectory(_path, _what);
            if (StoreLock.TryAcquire(Lock, exclusive: true, out bool missing) is { } held)
            {
                return held;
            }

            if (missing)
            {
                continue; // Removed by its last owner since the line above.
            }

            if (!wait && Environment.TickCount64 - began >= PatienceMilliseconds)
            {
                throw new LayerStoreException(
                    ErrorKind.Aborted, $"{_what} is locked: another writer has it", "Try again when the other one is done.");
            }

            await Task.Delay(delay, cancellationToken).ConfigureAwait(false);
            delay = Math.Min(2 * delay, LongestDelayMilliseconds);
        }
    }

    /// <summary>Whether there is anything under this reference.</summary>
    public bool Exists() => PosixFile.StatPath(_path, _what) is not null;

    /// <summary>Opens the bytes that are there, or makes none. The caller holds the lock.</summary>
    public SafeFileHandle OpenData() =>
        PosixFile.OpenOrCreate(Data, _what) ?? throw IoErrors.FromErrno(Errno.ENOENT, $"open {_what}");

    /// <summary>What is remembered of an ingest that was begun and not published; else null.</summary>
    public IngestRecord? Read()
    {
        try
        {
            using SafeFileHandle? file = PosixFile.OpenRegular(Record, _what, out FileStat stat);
            if (file is null || PosixFile.StatPath(Data, _what) is not { IsRegular: true })
            {
                return null;
            }

            byte[] bytes = new byte[Math.Min(stat.Size, MaxRecordSize)];
            int length = RandomAccess.Read(file, bytes, 0);
            return IngestRecord.TryParse(bytes.AsMemory(0, length), out IngestRecord? record) ? record : null;
        }
        catch (Exception e) when (IoErrors.IsIo(e))
        {
            throw IoErrors.Translate(e, $"read {_what}");
        }
    }

    /// <summary>Remembers. The caller holds the lock.</summary>
    /// <remarks>Not made durable: after a power cut the bytes of an ingest may be gone as well, and it begins anew.</remarks>
    public void Write(IngestRecord record)
    {
        try
        {
            string temporary = Record + ".new";
            File.WriteAllBytes(temporary, record.ToJson());
            PosixFile.Rename(temporary, Record, _what);
        }
        catch (Exception e) when (IoErrors.IsIo(e))
        {
            throw IoErrors.Translate(e, $"write {_what}");
        }
    }

    /// <summary>Removes all of it. The caller holds the lock, and frees it afterwards.</summary>
    public void Remove()
    {
        foreach (string path in (ReadOnlySpan<string>)[Record + ".new", Record, Data, Lock])
        {
            PosixFile.TryUnlink(path, _what);
        }

        // Not empty if another writer has made the next lock already: then the directory is theirs.
        PosixFile.TryRemoveDirectory(_path, _what);
    }

    /// <summary>Removes what can be removed of it; <see cref="RemoveEnded"/> finds the rest. The caller holds the lock.</summary>
    public void TryRemove()
    {
        try
        {
            Remove();
        }
        catch (LayerStoreException)
        {
        }
    }

    /// <summary>How far an ingest of this owner is; null if there is none.</summary>
    public IngestStatus? Status(string owner)
    {
        if (Read() is not { } record || record.Owner != owner || PosixFile.StatPath(Data, _what) is not { } data)
        {
            return null;
        }

        _ = Digest.TryParse(record.Digest, out Digest? expected);
        return new IngestStatus(record.Reference, data.Size, expected, record.Size, record.StartedAt, data.ModifiedAt, IsLocked());
    }

    private bool IsLocked()
    {
        using SafeFileHandle? file = PosixFile.OpenRegular(Lock, _what, out _);
        return file is not null && PosixFile.IsLocked(file, _what);
    }
}
