using System.Globalization;
using LayerStore.Content;

namespace LayerStore.Daemon.Hosting;

/// <summary>Makes sure that one daemon serves an owner of a store, and leaves word of it: the lock <c>daemon-OWNER</c>, with the process, the socket and the version, a line each.</summary>
internal sealed class InstanceLock : IDisposable
{
    private const string Prefix = "daemon-";

    // Whoever asks who holds a lock has it for a moment (StoreLock.ReadNote), and who has just taken it has not said yet who it is.
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(1);

    private readonly StoreLock _lock;

    private InstanceLock(StoreLock held) => _lock = held;

    /// <summary>Takes the lock.</summary>
    /// <param name="layout">The store.</param>
    /// <param name="owner">The owner that is served.</param>
    /// <param name="address">The socket.</param>
    /// <param name="version">The program's version.</param>
    /// <exception cref="LayerStoreException"><see cref="ErrorKind.FailedPrecondition"/>: another daemon serves this owner.</exception>
    public static async Task<InstanceLock> TakeAsync(StoreLayout layout, string owner, string address, string version)
    {
        for (long began = Environment.TickCount64; ; await Task.Delay(TimeSpan.FromMilliseconds(20)).ConfigureAwait(false))
        {
            try
            {
                InstanceLock taken = new(await StoreLock.AcquireAsync(layout, Prefix + owner, wait: false).ConfigureAwait(false));
                taken._lock.SetNote(string.Create(CultureInfo.InvariantCulture, $"{Environment.ProcessId}\n{address}\n{version}\n"));
                return taken;
            }
            catch (LayerStoreException e) when (e.Kind == ErrorKind.Aborted)
            {
                string[]? note = StoreLock.ReadNote(layout, Prefix + owner)?.Split('\n');
                if (note is not [_, _, ..] && Environment.TickCount64 - began < s_patience.TotalMilliseconds)
                {
                    continue;
                }

                string who = note is [var process, var socket, ..] ? $"process {Printable.Text(process)}, on {Printable.Text(socket)}" : "it does not say where";
                throw new LayerStoreException(
                    ErrorKind.FailedPrecondition,
                    $"another daemon serves the owner \"{owner}\" of the store in {Printable.Text(layout.Root)}: {who}",
                    "Stop that one, or give this one another --owner or --root.",
                    e);
            }
        }
    }

    /// <summary>Frees the lock.</summary>
    public void Dispose() => _lock.Dispose();
}
