using LayerStore;
using Snapshotter.Linux;
using Snapshotter.Snapshots;

namespace Snapshotter.Tests.Contracts;

/// <summary>A snapshot's mounts, carried out on a new directory until this is disposed.</summary>
internal sealed class MountedSnapshot : IDisposable
{
    private readonly int _count;

    public MountedSnapshot(IReadOnlyList<Mount> mounts, string target)
    {
        Path = Directory.CreateDirectory(target).FullName;
        foreach (Mount mount in mounts)
        {
            Mounter.Mount(mount, Path);
            _count++;
        }
    }

    /// <summary>The directory.</summary>
    public string Path { get; }

    /// <summary>The path of a name in it.</summary>
    public string this[string name] => System.IO.Path.Join(Path, name);

    public void Dispose()
    {
        for (int i = 0; i < _count; i++)
        {
            Unmount();
        }

        Directory.Delete(Path);
    }

    // A child that another test starts at this moment holds copies of all open files until it runs its program.
    private void Unmount()
    {
        for (int attempt = 1; ; attempt++)
        {
            try
            {
                Mounter.Unmount(Path);
                return;
            }
            catch (LayerStoreException e) when (e.Kind == ErrorKind.FailedPrecondition && attempt < 200)
            {
                Thread.Sleep(10);
            }
        }
    }
}
