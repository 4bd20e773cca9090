using LayerStore;
using LayerStore.Content;
using Snapshotter.Linux;

namespace Snapshotter.Snapshots.Trees;

/// <summary>
/// The store's <c>trash/</c>: what is out of sight and not yet freed. To remove a tree is to rename it here, which takes the same
/// time however large it is; its space is freed afterwards, without any other lock.
/// </summary>
/// <remarks>
/// <para>What a killed process left here goes when the store is next opened, or at the next collection. Whoever empties the trash has the
/// lock <c>trash</c>, so that two do not do the same work; nobody needs it to put something in.</para>
/// <para>With <paramref name="leave"/> a call frees little itself and leaves the rest (<see cref="StoreOptions.LeaveTrash"/>).</para>
/// </remarks>
internal sealed class Trash(StoreLayout layout, bool leave)
{
    private const string LockName = "trash";

    // Some 10 ms: a container that wrote little, and most snapshots of tests and builds, are gone before another process could begin.
    private const int NamesAtOnce = 500;
    private const long BytesAtOnce = 64L << 20;

    // When less of the disk than one part in so many is free, what comes next may need the space.
    private const int NearlyFull = 10;

    // For each call anew.
    private RemovalAllowance? Allowance => leave ? new RemovalAllowance(NamesAtOnce, BytesAtOnce) : null;

    /// <summary>Whether something is in it, and nobody is emptying it.</summary>
    /// <remarks>Who empties it looks once more after he has let go of the lock. So what was put in before this answers false is not forgotten.</remarks>
    public bool IsWaiting => List().Count > 0 && !StoreLock.IsHeld(layout, LockName);

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

    /// <summary>Deletes one thing in it, or what may be left is left.</summary>
    public void Free(ByteString name)
    {
        using DirectoryHandle trash = TrustedDirectory.Open(layout.Trash);
        TryFree(trash, name, Allowance);
    }

    /// <summary>Deletes all that is in it, and waits for another process that does so.</summary>
    public async Task EmptyAsync(CancellationToken cancellationToken)
    {
        do
        {
            using StoreLock one = await StoreLock.AcquireAsync(layout, LockName, cancellationToken: cancellationToken).ConfigureAwait(false);
            FreeAll(allowance: null, cancellationToken);
        }
        while (List().Count > 0);
    }

    /// <summary>Deletes what is in it, or what may be left is left.</summary>
    public async Task FreeAsync(CancellationToken cancellationToken)
    {
        if (Allowance is not { } allowance)
        {
            await EmptyAsync(cancellationToken).ConfigureAwait(false);
        }
        else
        {
            FreeAll(allowance, cancellationToken);
        }
    }

    /// <summary>
    /// Deletes what is in it, or what may be left is left, unless there is nothing or another process does so. Never throws: what cannot be deleted stays for
    /// the next collection.
    /// </summary>
    public void TryTidy()
    {
        try
        {
            if (List().Count > 0)
            {
                // Without waiting, it has ended when it returns.
                using StoreLock one = StoreLock.AcquireAsync(layout, LockName, wait: false).GetAwaiter().GetResult();
                FreeAll(IsDiskNearlyFull() ? null : Allowance, CancellationToken.None);
            }
        }
        catch (LayerStoreException)
        {
        }
    }

    private bool IsDiskNearlyFull()
    {
        DriveInfo disk = new(layout.Root);
        return disk.AvailableFreeSpace < disk.TotalSize / NearlyFull;
    }

    private void FreeAll(RemovalAllowance? allowance, CancellationToken cancellationToken)
    {
        using DirectoryHandle trash = TrustedDirectory.Open(layout.Trash);
        foreach (DirectoryItem item in trash.List())
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (!TryFree(trash, item.Name, allowance))
            {
                return;
            }
        }
    }

    // Another process may be deleting the same entry, each finding gone what the other one took.
    private static bool TryFree(DirectoryHandle trash, ByteString name, RemovalAllowance? allowance)
    {
        while (trash.TryStat(name) is not null)
        {
            try
            {
                // All of it or nothing: who has to wait for a large tree anyway gains nothing by a part of it.
                if (allowance?.TrySpend(trash, name) == false)
                {
                    return false;
                }

                TreeRemover.Remove(trash, name);
            }
            catch (LayerStoreException e) when (e.Kind is ErrorKind.NotFound)
            {
            }
        }

        return true;
    }
}
