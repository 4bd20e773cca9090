using LayerStore;
using LayerStore.Content;
using Snapshotter.Linux;
using Snapshotter.Snapshots.Trees;

namespace Snapshotter.Snapshots.Overlay;

/// <summary>Keeps others from making a second draft of the same upper.</summary>
internal sealed class FreezeLock : IDisposable
{
    private readonly string _path;
    private readonly StoreLock _lock;

    private FreezeLock(string path, StoreLock held)
    {
        _path = path;
        _lock = held;
    }

    /// <exception cref="LayerStoreException"><see cref="ErrorKind.Aborted"/>: another has it.</exception>
    public static async Task<FreezeLock> AcquireAsync(StoreLayout layout, string key, long tree, CancellationToken cancellationToken)
    {
        string name = $"{TreeStore.FreezePrefix}{tree}";
        try
        {
            StoreLock held = await StoreLock.AcquireAsync(layout, name, wait: false, cancellationToken: cancellationToken).ConfigureAwait(false);
            return new FreezeLock(Path.Join(layout.Locks, name), held);
        }
        catch (LayerStoreException e) when (e.Kind == ErrorKind.Aborted)
        {
            throw new LayerStoreException(
                ErrorKind.Aborted, $"the snapshot \"{Printable.Text(key)}\" is being committed already", "Try again when that is done.", e);
        }
    }

    public void Dispose()
    {
        TrustedFile.Discard(_path);
        _lock.Dispose();
    }
}
