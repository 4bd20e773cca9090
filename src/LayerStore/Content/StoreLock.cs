using System.Text;
using LayerStore.Linux;
using Microsoft.Win32.SafeHandles;

namespace LayerStore.Content;

/// <summary>A lock between the processes that use a store, by flock(2): the kernel frees it when its holder dies, however that dies.</summary>
/// <remarks>
/// A lock belongs to the object, not to a thread or process: two objects of one process exclude each other as well. It is
/// not fair, and taking the same name twice deadlocks.
/// </remarks>
public sealed class StoreLock : IDisposable
{
    // Waiting polls: flock(2) cannot be both waited for and cancelled.
    private const int FirstDelayMilliseconds = 1;
    private const int LongestDelayMilliseconds = 50;
    private const int MaxNote = 4096;

    private readonly SafeFileHandle _file;

    private StoreLock(SafeFileHandle file) => _file = file;

    /// <summary>Takes a lock of the store.</summary>
    /// <param name="layout">The store.</param>
    /// <param name="name">The lock: a file in <see cref="StoreLayout.Locks"/>; lower-case letters, digits, <c>.</c> and <c>-</c>.</param>
    /// <param name="exclusive">Whether to be alone; else any number share it.</param>
    /// <param name="wait">Whether to wait for others, or to fail at once.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="LayerStoreException"><see cref="ErrorKind.Aborted"/>: taken, and <paramref name="wait"/> is false;
    /// <see cref="ErrorKind.PermissionDenied"/>: the store is read-only.</exception>
    public static async Task<StoreLock> AcquireAsync(
        StoreLayout layout, string name, bool exclusive = true, bool wait = true, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(layout);
        string path = PathOf(layout, name);
        for (int delay = FirstDelayMilliseconds; ; delay = Math.Min(2 * delay, LongestDelayMilliseconds))
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (TryAcquire(path, exclusive) is { } held)
            {
                return held;
            }

            if (!wait)
            {
                throw Taken(name);
            }

            await Task.Delay(delay, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Whether some living process has a lock. Nothing is made for the answer, so a read-only store can be asked too.</summary>
    /// <param name="layout">The store.</param>
    /// <param name="name">The lock.</param>
    public static bool IsHeld(StoreLayout layout, string name)
    {
        ArgumentNullException.ThrowIfNull(layout);
        string path = NamePath(layout, name);
        string what = $"lock {Printable.Text(path)}";
        using SafeFileHandle? file = PosixFile.OpenRegular(path, what, out _);
        return file is not null && PosixFile.IsLocked(file, what);
    }

    /// <summary>What the living holder of a lock says of itself; null if nobody holds it, or it said nothing.</summary>
    /// <param name="layout">The store.</param>
    /// <param name="name">The lock.</param>
    public static string? ReadNote(StoreLayout layout, string name)
    {
        ArgumentNullException.ThrowIfNull(layout);
        string path = NamePath(layout, name);
        string what = $"lock {Printable.Text(path)}";
        using SafeFileHandle? file = PosixFile.OpenRegular(path, what, out _);
        if (file is null || !PosixFile.IsLocked(file, what))
        {
            return null;
        }

        byte[] note = new byte[MaxNote];
        int length = RandomAccess.Read(file, note, 0);
        return length == 0 ? null : Encoding.UTF8.GetString(note, 0, length);
    }

    /// <summary>Says something of the holder of this lock, to whoever asks while it is held (<see cref="ReadNote"/>).</summary>
    /// <param name="text">What; at most 4096 bytes of it are read.</param>
    public void SetNote(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        try
        {
            RandomAccess.SetLength(_file, 0);
            RandomAccess.Write(_file, Encoding.UTF8.GetBytes(text), 0);
        }
        catch (Exception e) when (IoErrors.IsIo(e))
        {
            throw IoErrors.Translate(e, "write a lock");
        }
    }

    /// <summary>Takes an exclusive lock of the store and waits for it on this thread.</summary>
    internal static StoreLock Acquire(StoreLayout layout, string name)
    {
        string path = PathOf(layout, name);
        for (int delay = FirstDelayMilliseconds; ; delay = Math.Min(2 * delay, LongestDelayMilliseconds))
        {
            if (TryAcquire(path, exclusive: true) is { } held)
            {
                return held;
            }

            Thread.Sleep(delay);
        }
    }

    /// <summary>
    /// Takes the lock of a file that its holder may unlink, without waiting. Null: another has it. If its directory is
    /// gone, <paramref name="missing"/> is true as well.
    /// </summary>
    internal static StoreLock? TryAcquire(string path, bool exclusive, out bool missing)
    {
        string what = $"lock {Printable.Text(path)}";
        while (true)
        {
            SafeFileHandle? file = PosixFile.OpenOrCreate(path, what);
            missing = file is null;
            if (file is null)
            {
                return null;
            }

            if (!PosixFile.TryLock(file, exclusive, what))
            {
                file.Dispose();
                return null;
            }

            // The holder may have unlinked it between the open and the lock: then this one locks nothing that others see.
            if (PosixFile.StatPath(path, what)?.Identity == PosixFile.Stat(file, what).Identity)
            {
                return new StoreLock(file);
            }

            file.Dispose();
        }
    }

    /// <summary>Frees the lock.</summary>
    public void Dispose()
    {
        if (!_file.IsClosed)
        {
            PosixFile.Unlock(_file);
            _file.Dispose();
        }
    }

    private static StoreLock? TryAcquire(string path, bool exclusive) =>
        TryAcquire(path, exclusive, out bool missing) is { } held ? held
        : missing ? throw IoErrors.FromErrno(Errno.ENOENT, $"lock {Printable.Text(path)}")
        : null;

    private static string PathOf(StoreLayout layout, string name)
    {
        string path = NamePath(layout, name);
        layout.RequireWritable();
        return path;
    }

    private static string NamePath(StoreLayout layout, string name)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        if (name[0] == '.' || name.Any(c => !char.IsAsciiLetterLower(c) && !char.IsAsciiDigit(c) && c is not ('-' or '.')))
        {
            throw new ArgumentException($"\"{name}\" cannot name a lock.", nameof(name));
        }

        return Path.Join(layout.Locks, name);
    }

    private static LayerStoreException Taken(string name) =>
        new(ErrorKind.Aborted, $"another process holds the store's lock \"{name}\"", "Try again when the other one is done.");
}
