using System.Text;
using LayerStore;
using LayerStore.Content;
using LayerStore.Metadata;
using Snapshotter.Doctor;
using Snapshotter.Erofs;
using Snapshotter.Linux;
using Snapshotter.Snapshots.Database;
using Snapshotter.Snapshots.Trees;

namespace Snapshotter.Snapshots.Images;

/// <summary>Shows the layers that are images, by mounting each of them once, for all snapshots that stand on it.</summary>
/// <remarks>
/// <para>A layer is mounted when somebody is told where it is, and stays so while an active snapshot or a view stands on it: those who were told
/// may mount at any time, and what several containers read is in memory once. Of snapshots that "mount" made, it is known when they are mounted. After a reboot, or in another mount namespace, it is mounted again by the next
/// who asks. Overlay keeps a clone of each lower's mount (kernel: fs/overlayfs/super.c, <c>ovl_get_layers</c>), so what is mounted stays whole whatever happens here.</para>
/// <para>The layer's root is the directory <c>fs</c> of the image, never the mount point: that is empty when nothing is mounted there, and an empty
/// lower would hide nothing and show nothing, without an error.</para>
/// <para>Whoever takes a mount away holds the store's lock <c>images</c> alone while he looks whether anybody needs it; whoever shows a layer before a record says that it is
/// needed shares it until there is one, or until it is done.</para>
/// </remarks>
internal sealed class LayerImages(StoreLayout layout, SqliteDatabase database)
{
    private const string LockName = "images";

    // fsconfig(2) takes texts of 255 bytes; "device=" is not counted.
    private const int LongestText = 255;

    /// <summary>Refuses a new store where images cannot be mounted from files.</summary>
    /// <exception cref="LayerStoreException"><see cref="ErrorKind.Unimplemented"/>.</exception>
    public static void Require(StoreLayout layout)
    {
        string name = $"probe-{Guid.NewGuid():n}";
        string image = Path.Join(layout.Trash, name);
        try
        {
            File.WriteAllBytes(image, ErofsImage.Make());
            using DirectoryHandle directory = TrustedDirectory.Open(layout.Trash);
            Mounter.MountDetached(new Mount("erofs", PathOf(layout.Trash, name, directory), ["ro"])).Dispose();
        }
        catch (LinuxException e)
        {
            throw new LayerStoreException(
                ErrorKind.Unimplemented,
                $"an EROFS image on {Printable.Text(layout.Root)} ({FileSystemProbe.TypeName(layout.Root)}) cannot be mounted from its file: {e.Message}",
                "That needs root, Linux 6.12 or later with CONFIG_EROFS_FS_BACKED_BY_FILE, and a file system that is not overlay. Or: --driver overlay",
                e);
        }
        finally
        {
            File.Delete(image);
        }
    }

    /// <summary>The directory that shows a layer, which is mounted if it is not.</summary>
    /// <param name="tree">The number of a tree that is an image.</param>
    /// <exception cref="LayerStoreException">The kernel's reason, if it cannot be mounted.</exception>
    public string Show(long tree)
    {
        string place = ImageFiles.PathOf(layout, tree, ImageFiles.MountPoint);
        if (!IsShown(tree))
        {
            Mount(tree, place);
        }

        return Path.Join(place, ErofsLayer.WrapperName);
    }

    /// <summary>Keeps layers from being hidden until the result is disposed; null for a store that is only read, where nobody hides any.</summary>
    public async Task<StoreLock?> HoldAsync(CancellationToken cancellationToken) =>
        layout.IsReadOnly ? null : await StoreLock.AcquireAsync(layout, LockName, exclusive: false, cancellationToken: cancellationToken).ConfigureAwait(false);

    /// <summary>Takes a layer's mount away, whoever may use it.</summary>
    public void Hide(long tree)
    {
        while (Mounter.TryDetach(ImageFiles.PathOf(layout, tree, ImageFiles.MountPoint)))
        {
        }
    }

    /// <summary>Takes away the mounts of layers that nobody needs any more, unless somebody is about to use some.</summary>
    /// <param name="chain">Trees from a snapshot's own to its base.</param>
    public void HideUnused(IEnumerable<TreeRow> chain)
    {
        using StoreLock? alone = TryBeAlone();
        if (alone is null)
        {
            return;
        }

        foreach (TreeRow tree in chain.Where(tree => tree.IsImage && IsShown(tree.Id)))
        {
            if (IsUsed(tree.Id))
            {
                return; // So is what is below.
            }

            Hide(tree.Id);
        }
    }

    /// <summary>The same for all layers of the store.</summary>
    public void HideUnused()
    {
        using StoreLock? alone = TryBeAlone();
        if (alone is null)
        {
            return;
        }

        foreach (long tree in database.Read(TreeTable.Images).Where(tree => IsShown(tree) && !IsUsed(tree)))
        {
            Hide(tree);
        }
    }

    private bool IsShown(long tree) => FileSystemProbe.IsErofs(ImageFiles.PathOf(layout, tree, ImageFiles.MountPoint));

    private bool IsUsed(long tree) => database.Read(s => TreeTable.IsNeeded(s, tree));

    // Without waiting, it has ended when it returns.
    private StoreLock? TryBeAlone()
    {
        try
        {
            return StoreLock.AcquireAsync(layout, LockName, wait: false).GetAwaiter().GetResult();
        }
        catch (LayerStoreException e) when (e.Kind is ErrorKind.Aborted or ErrorKind.PermissionDenied)
        {
            return null;
        }
    }

    private void Mount(long tree, string place)
    {
        using DirectoryHandle one = TrustedDirectory.Open(layout.Tree(tree));
        one.Lock();
        if (IsShown(tree))
        {
            return;
        }

        Directory.CreateDirectory(place);
        Mounter.Mount(MountOf(tree, one), place);
    }

    private Mount MountOf(long tree, DirectoryHandle directory)
    {
        string path = layout.Tree(tree);
        return new Mount(
            "erofs",
            PathOf(path, ImageFiles.FileSystem, directory),
            ["ro", "nosuid", "nodev", $"device={PathOf(path, ImageFiles.Data, directory)}"]);
    }

    /// <summary>The path of a name in an open directory, by the descriptor if it would be too long.</summary>
    private static string PathOf(string directory, string name, DirectoryHandle opened)
    {
        string path = Path.Join(directory, name);
        return Encoding.UTF8.GetByteCount(path) <= LongestText ? path : $"/proc/self/fd/{opened.Handle.DangerousGetHandle()}/{name}";
    }
}
