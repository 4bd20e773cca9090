using LayerStore;
using LayerStore.Tar;
using Microsoft.Win32.SafeHandles;
using Snapshotter.Linux;

namespace Snapshotter.Tests.Identity;

/// <summary>A tree that operations change, in this process. No link is followed, so that nothing outside is touched.</summary>
internal sealed unsafe class LiveTree : IDisposable
{
    private const int O_APPEND = 0x400;
    private const int O_TRUNC = 0x200;
    private const uint RENAME_EXCHANGE = 2;

    private readonly RootDirectory _root;

    public LiveTree(string path) => _root = RootDirectory.Open(path);

    /// <summary>How many operations changed something.</summary>
    public int Succeeded { get; private set; }

    /// <summary>Carries operations out, one after the other.</summary>
    public void Apply(IEnumerable<Operation> operations)
    {
        foreach (Operation operation in operations)
        {
            try
            {
                operation.Run(this);
                Succeeded++;
            }
            catch (LayerStoreException)
            {
                // As a command fails that somebody types.
            }
        }
    }

    public void Dispose() => _root.Dispose();

    public void MakeDirectory(TreePath path)
    {
        using DirectoryHandle parent = OpenDirectory(path.Parent);
        parent.MakeDirectory(path.Name, 0x1ed);
    }

    /// <summary>Makes a directory and all that are missing above it.</summary>
    public void MakeDirectories(TreePath path)
    {
        DirectoryHandle current = _root.OpenSelf();
        foreach (ByteString name in path.Names)
        {
            using DirectoryHandle parent = current;
            if (parent.TryStat(name) is null)
            {
                parent.MakeDirectory(name, 0x1ed);
            }

            current = parent.OpenChild(name);
        }

        current.Dispose();
    }

    /// <summary>Writes a file anew, or at the end of what it has.</summary>
    public void Write(TreePath path, ReadOnlySpan<byte> content, bool append = false)
    {
        using SafeFileHandle file = OpenFile(path, Libc.O_CREAT | (append ? O_APPEND : O_TRUNC));
        FileOperations.Write(file, content, path.Name);
    }

    /// <summary>Writes over what a file has, which keeps its time.</summary>
    public void Overwrite(TreePath path, ReadOnlySpan<byte> content)
    {
        using SafeFileHandle file = OpenFile(path, 0);
        Timestamp time = FileOperations.Stat(file, path.Name).ModifiedAt;
        FileOperations.Write(file, content, path.Name);
        FileOperations.SetTimes(file, null, time, path.Name);
    }

    public void WriteAt(TreePath path, long offset, ReadOnlySpan<byte> content)
    {
        using SafeFileHandle file = OpenFile(path, Libc.O_CREAT);
        fixed (byte* p = content)
        {
            LinuxError.Check((int)Libc.pwrite(file, p, content.Length, offset), "write", path.Name);
        }
    }

    public void Truncate(TreePath path, long size)
    {
        using SafeFileHandle file = OpenFile(path, 0);
        LinuxError.Check(Libc.ftruncate(file, size), "truncate", path.Name);
    }

    public void Rename(TreePath path, TreePath to, bool exchange = false)
    {
        using DirectoryHandle from = OpenDirectory(path.Parent);
        using DirectoryHandle target = OpenDirectory(to.Parent);
        from.Rename(path.Name, target, to.Name, exchange ? RENAME_EXCHANGE : 0);
    }

    public void Remove(TreePath path)
    {
        using DirectoryHandle parent = OpenDirectory(path.Parent);
        parent.RemoveTree(path.Name);
    }

    public void Link(TreePath path, TreePath to)
    {
        using DirectoryHandle from = OpenDirectory(path.Parent);
        using DirectoryHandle target = OpenDirectory(to.Parent);
        target.LinkFrom(from, path.Name, to.Name);
    }

    public void MakeLink(TreePath path, ByteString target)
    {
        using DirectoryHandle parent = OpenDirectory(path.Parent);
        parent.MakeSymbolicLink(path.Name, target);
    }

    public void MakeNode(TreePath path, FileType type, uint major, uint minor)
    {
        using DirectoryHandle parent = OpenDirectory(path.Parent);
        parent.MakeNode(path.Name, type, 0x1a4, major, minor);
    }

    /// <summary>Changes metadata: of a name in a directory, or of the directory itself if the name is null.</summary>
    public void Change(TreePath path, Action<DirectoryHandle, ByteString?> change)
    {
        if (path.IsRoot)
        {
            using DirectoryHandle root = _root.OpenSelf();
            change(root, null);
            return;
        }

        using DirectoryHandle parent = OpenDirectory(path.Parent);
        if (parent.TryStat(path.Name) is null)
        {
            throw new LayerStoreException(ErrorKind.NotFound, "no such file");
        }

        change(parent, path.Name);
    }

    private DirectoryHandle OpenDirectory(TreePath path)
    {
        DirectoryHandle current = _root.OpenSelf();
        foreach (ByteString name in path.Names)
        {
            using DirectoryHandle parent = current;
            current = parent.OpenChild(name);
        }

        return current;
    }

    private SafeFileHandle OpenFile(TreePath path, int flags)
    {
        using DirectoryHandle parent = OpenDirectory(path.Parent);
        if (parent.TryStat(path.Name) is { Type: not FileType.RegularFile })
        {
            throw new LayerStoreException(ErrorKind.FailedPrecondition, "not a file");
        }

        fixed (byte* p = CString.TerminateName(path.Name, stackalloc byte[CString.StackSize]))
        {
            int descriptor = Libc.openat(parent.Handle, p, flags | Libc.O_RDWR | Libc.O_NOFOLLOW | Libc.O_CLOEXEC, 0x1a4);
            LinuxError.Check(descriptor, "open", path.Name);
            return new SafeFileHandle(descriptor, ownsHandle: true);
        }
    }
}
