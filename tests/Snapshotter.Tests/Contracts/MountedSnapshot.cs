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
            Mounter.Unmount(Path);
        }

        // A mount namespace that another test makes at this moment has a copy, and what is mounted in any is not committed in place.
        SpinWait.SpinUntil(() => Snapshotter.Linux.MountTable.ReadAllNamespaces().All(mount => mount.Target != Path), TimeSpan.FromMinutes(1));
        Directory.Delete(Path);
    }
}
