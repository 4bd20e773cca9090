using LayerStore.Linux;
using Microsoft.Win32.SafeHandles;

namespace LayerStore.Content;

/// <content>Making a store.</content>
public sealed partial class StoreLayout
{
    // Order: the directories; the databases and the mark, under names in locks/; all that on the disk, by one syncfs; their names in the root, the mark's
    // last; an fsync of the root. So a root with a mark is a whole store after any crash. One without is no store, and the next one to make it goes on in
    // what is there: a database that has its name in the root is on the disk, and what is in locks/ is made again.
    private static void Create(string root, XattrNamespace xattrs, Action<string>? makeSnapshots)
    {
        MakeDirectory(root);
        StoreLayout layout = new(root, xattrs);
        layout.RequireWritable();
        using SafeFileHandle opened = PosixFile.OpenDirectory(root);
        layout.MakeDirectories();
        using StoreLock one = StoreLock.Acquire(layout, "create");
        if (Exists(root))
        {
            return;
        }

        List<(string Name, Action<string> Make)> files = [(MetadataName, Metadata.MetadataDatabase.Make)];
        if (makeSnapshots is not null)
        {
            files.Add((SnapshotsName, makeSnapshots));
        }

        files.Add((MarkerName, layout.WriteMarker));

        try
        {
            files.ForEach(file => file.Make(layout.Unnamed(file.Name)));

            // The names of the directories above the root, too: where they are new, they are on its file system, and else somebody may have been killed.
            PosixFile.SyncFileSystem(opened, $"a new store in {Printable.Text(root)}");
            foreach ((string name, _) in files)
            {
                string path = Path.Join(root, name);
                if (PosixFile.StatPath(path, Printable.Text(path)) is null)
                {
                    PosixFile.Rename(layout.Unnamed(name), path, Printable.Text(path));
                }
            }
        }
        finally
        {
            files.ForEach(file => PosixFile.Discard(layout.Unnamed(file.Name)));
        }

        PosixFile.Sync(opened, $"directory {Printable.Text(root)}");
    }

    /// <summary>Where a file of a store that is being made is until it is on the disk.</summary>
    private string Unnamed(string name) => Path.Join(Locks, name);

    private void WriteMarker(string path)
    {
        try
        {
            using SafeFileHandle file = PosixFile.OpenOrCreate(path, MarkerName) ?? throw IoErrors.FromErrno(Errno.ENOENT, $"make {Printable.Text(path)}");
            RandomAccess.SetLength(file, 0);
            RandomAccess.Write(file, Xattrs == XattrNamespace.Trusted ? TrustedMarker : UserMarker, 0);
        }
        catch (Exception e) when (IoErrors.IsIo(e))
        {
            throw IoErrors.Translate(e, $"write {Printable.Text(path)}");
        }
    }

    /// <summary>Makes a directory and those above it that are missing.</summary>
    private static void MakeDirectory(string path)
    {
        if (!Directory.Exists(path))
        {
            MakeDirectory(Path.GetDirectoryName(path) ?? path);
            PosixFile.TryMakeDirectory(path, Printable.Text(path));
        }
    }
}
