using System.Runtime.ExceptionServices;
using LayerStore;
using Microsoft.Win32.SafeHandles;

namespace Snapshotter.Linux;

/// <summary>
/// Writes a file system back while files are made there, from a thread of its own, so that the syncfs at the end has only the last of them to wait for.
/// </summary>
/// <remarks>
/// It makes nothing durable: whoever needs that syncs after <see cref="End"/>. Many small files are what it is for: the kernel begins to write them
/// after 30 s on its own, and to ask for each of them alone (sync_file_range(2)) costs their maker more than it saves.
/// <example><code>
/// using WriteBehind? behind = WriteBehind.Begin(directory, sync);
/// // … make files …
/// behind?.End();
/// </code></example>
/// </remarks>
internal sealed class WriteBehind : IDisposable
{
    // Rarely enough that little is done twice, such as a directory that grows; often enough that the rest at the end is small.
    private static readonly TimeSpan s_period = TimeSpan.FromMilliseconds(100);

    private readonly ManualResetEventSlim _ending = new();
    private readonly Thread _thread;
    private ExceptionDispatchInfo? _failure;

    /// <param name="writeBack">What to do again and again.</param>
    /// <param name="period">How long to wait before each time.</param>
    internal WriteBehind(Action writeBack, TimeSpan period)
    {
        _thread = new Thread(() => Run(writeBack, period)) { IsBackground = true, Name = "write-behind" };
        _thread.Start();
    }

    /// <summary>Begins, unless nobody is going to wait for the disk.</summary>
    /// <param name="directory">A directory on the file system.</param>
    /// <param name="sync">Whether the caller is going to sync.</param>
    public static WriteBehind? Begin(string directory, bool sync)
    {
        if (!sync)
        {
            return null;
        }

        SafeFileHandle handle = FileSystemSync.OpenDirectory(directory);
        return new WriteBehind(() => FileSystemSync.SyncFileSystem(handle), s_period) { Handle = handle };
    }

    private SafeFileHandle? Handle { get; init; }

    /// <summary>Ends it, and waits for what is under way.</summary>
    /// <exception cref="LayerStoreException">Write-back failed: what was written may be lost.</exception>
    public void End()
    {
        Dispose();
        _failure?.Throw();
    }

    /// <summary>As <see cref="End"/>, for whoever has failed anyway.</summary>
    public void Dispose()
    {
        _ending.Set();
        _thread.Join();
        Handle?.Dispose();
    }

    private void Run(Action writeBack, TimeSpan period)
    {
        try
        {
            while (!_ending.Wait(period))
            {
                writeBack();
            }
        }
        catch (LayerStoreException e)
        {
            _failure = ExceptionDispatchInfo.Capture(e);
        }
    }
}
