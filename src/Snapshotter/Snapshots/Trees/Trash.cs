using LayerStore;
using LayerStore.Content;
using Snapshotter.Linux;

namespace Snapshotter.Snapshots.Trees;

/// <summary>
/// The store's <c>trash/</c>: what is out of sight and not yet freed. To remove a tree is to rename it here, which takes the same
/// time however large it is; its space is freed afterwards, without any other lock.
/// </summary>
/// <remarks>What a killed process left here goes when the store is next opened, or at the next collection. Whoever empties the trash has the
/// lock <c>trash</c>, so that two do not do the same work; nobody needs it to put something in.</remarks>
internal sealed class Trash(StoreLayout layout)
{
    private const string LockName = "trash";

    /// <summary>Renames something of the store into the trash; nothing if it is not there.</summary>
    /// <param name="directory">The directory it is in, an absolute path.</param>
    /// <param name="name">Its name there, one that the store gave.</param>
    /// <returns>Its name in the trash, or null.</returns>
    public ByteString? Take(string directory, string name)
    {
        ByteString trashName = ByteString.FromText($"{Path.GetFileName(directory)}-{name}");
        using DirectoryHandle source = TrustedDirectory.Open(directory);
        using DirectoryHandle trash = TrustedDirectory.Open(layout.Trash);
        try
        {
            source.Rename(ByteString.FromText(name), trash, trashName);
            return trashName;
        }
        catch (LayerStoreException e) when (e.Kind == ErrorKind.NotFound)
        {
            return null;
        }
    }

    /// <summary>The names in it.</summary>
    public IReadOnlyList<ByteString> List()
    {
        using DirectoryHandle trash = TrustedDirectory.Open(layout.Trash);
        return [.. trash.List().Select(item => item.Name)];
    }

    /// <summary>Deletes one thing in it.</summary>
    public void Free(ByteString name)
    {
        using DirectoryHandle trash = TrustedDirectory.Open(layout.Trash);
        Free(trash, name);
    }

    /// <summary>Deletes all that is in it, and waits for another process that does so.</summary>
    public async Task EmptyAsync(CancellationToken cancellationToken)
    {
        using StoreLock one = await StoreLock.AcquireAsync(layout, LockName, cancellationToken: cancellationToken).ConfigureAwait(false);
        FreeAll(cancellationToken);
    }

    /// <summary>Deletes what is in it, unless there is nothing or another process does so. Never throws: what cannot be deleted stays for the next collection.</summary>
    public void TryEmpty()
    {
        try
        {
            if (List().Count > 0)
            {
                // Without waiting, it has ended when it returns.
                using StoreLock one = StoreLock.AcquireAsync(layout, LockName, wait: false).GetAwaiter().GetResult();
                FreeAll(CancellationToken.None);
            }
        }
        catch (LayerStoreException)
        {
        }
    }

    private void FreeAll(CancellationToken cancellationToken)
    {
        using DirectoryHandle trash = TrustedDirectory.Open(layout.Trash);
        foreach (DirectoryItem item in trash.List())
        {
            cancellationToken.ThrowIfCancellationRequested();
            Free(trash, item.Name);
        }
    }

    // Another process may be deleting the same entry, each finding gone what the other one took.
    private static void Free(DirectoryHandle trash, ByteString name)
    {
        while (trash.TryStat(name) is not null)
        {
            try
            {
                trash.RemoveTree(name);
            }
            catch (LayerStoreException e) when (e.Kind is ErrorKind.NotFound)
            {
            }
        }
    }
}
