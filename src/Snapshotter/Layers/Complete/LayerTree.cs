using LayerStore;
using LayerStore.Tar;
using Snapshotter.Layers.Apply;
using Snapshotter.Linux;

namespace Snapshotter.Layers.Complete;

/// <summary>A stored layer that is being completed: paths in it are real, without links on the way.</summary>
internal sealed class LayerTree(RootDirectory root, string xattrNamespace, LayerApplyResult result)
{
    private static readonly ByteString s_yes = ByteString.FromText("y");

    private readonly OverlayXattrs _overlay = new(xattrNamespace);
    private readonly Dictionary<ByteString, Timestamp> _times = [];

    /// <summary>Directories that names were added to or removed from.</summary>
    public IReadOnlyCollection<ByteString> Changed => _times.Keys;

    /// <summary>The status of a path, or null.</summary>
    public FileStatus? Stat(ByteString path) => root.TryStatReal(path);

    /// <summary>A link's target.</summary>
    public ByteString ReadLink(ByteString path)
    {
        (ByteString directory, ByteString name) = LayerPath.Split(path);
        using DirectoryHandle handle = Open(directory);
        return handle.ReadLink(name);
    }

    /// <summary>Opens a directory.</summary>
    public DirectoryHandle Open(ByteString path) => root.TryOpenRealDirectory(path)
        ?? throw BadLayer.Because($"the layer has a path through something that is not a directory: {path}");

    /// <summary>Opens a directory to add or remove names; its times are kept for <see cref="RestoreTimes"/>.</summary>
    public DirectoryHandle OpenToChange(ByteString path)
    {
        DirectoryHandle handle = Open(path);
        _times.TryAdd(path, handle.Stat().ModifiedAt);
        return handle;
    }

    /// <summary>Sets a directory's time back to what it was before the first change.</summary>
    public void RestoreTimes(ByteString path)
    {
        using DirectoryHandle handle = Open(path);
        handle.SetTimes(null, null, _times[path]);
    }

    /// <summary>Whether the layers below do not show at a path, because of what this layer has above it.</summary>
    public bool Hides(ByteString path)
    {
        if (result.HasOpaqueRoot)
        {
            return true;
        }

        DirectoryHandle? current = root.OpenSelf();
        try
        {
            Stack<ByteString> rest = new(LayerPath.Reversed(path));
            while (rest.TryPop(out ByteString name) && rest.Count > 0)
            {
                if (current.TryStat(name) is not { } status)
                {
                    return false;
                }

                if (!status.IsDirectory)
                {
                    return true;
                }

                DirectoryHandle child = current.OpenChild(name);
                current.Dispose();
                current = child;
                if (IsOpaque(current))
                {
                    return true;
                }
            }

            return false;
        }
        finally
        {
            current.Dispose();
        }
    }

    /// <summary>Whether a directory holds nothing but whiteouts.</summary>
    public bool IsEmpty(ByteString path)
    {
        using DirectoryHandle directory = Open(path);
        return directory.List().All(item => directory.TryStat(item.Name) is { IsWhiteout: true });
    }

    /// <summary>Makes a directory and those above it; returns the ones that were missing. In the place of a whiteout it is opaque.</summary>
    public IReadOnlyList<ByteString> MakeDirectories(ByteString path)
    {
        List<ByteString> made = [];
        ByteString current = ByteString.Empty;
        Stack<ByteString> rest = new(LayerPath.Reversed(path));
        while (rest.TryPop(out ByteString name))
        {
            ByteString parent = current;
            current = LayerPath.Join(parent, name);
            FileStatus? status = Stat(current);
            if (status is { IsDirectory: true })
            {
                continue;
            }

            using DirectoryHandle directory = OpenToChange(parent);
            if (status is { IsWhiteout: true })
            {
                directory.Unlink(name);
            }

            directory.MakeDirectory(name, 0x1ed);
            using DirectoryHandle child = directory.OpenChild(name);
            FileCopier.SetDefaults(child);
            if (status is null)
            {
                made.Add(current);
                continue;
            }

            MakeOpaque(child);
            _times.TryAdd(current, Timestamp.Epoch);
        }

        return made;
    }

    /// <summary>Makes another name for a file.</summary>
    public void Link(ByteString source, ByteString path)
    {
        (ByteString sourceDirectory, ByteString sourceName) = LayerPath.Split(source);
        (ByteString directory, ByteString name) = LayerPath.Split(path);
        using DirectoryHandle from = Open(sourceDirectory);
        using DirectoryHandle to = OpenToChange(directory);
        to.LinkFrom(from, sourceName, name);
    }

    /// <summary>Removes a file or whiteout, if it is there.</summary>
    public void Remove(ByteString path)
    {
        (ByteString directory, ByteString name) = LayerPath.Split(path);
        using DirectoryHandle handle = OpenToChange(directory);
        if (handle.TryStat(name) is not null)
        {
            handle.Unlink(name);
        }
    }

    /// <summary>Removes a directory with all that is in it.</summary>
    public void RemoveDirectory(ByteString path)
    {
        (ByteString directory, ByteString name) = LayerPath.Split(path);
        using DirectoryHandle handle = OpenToChange(directory);
        handle.RemoveTree(name);
    }

    /// <summary>Gives a directory the time that it has when the layer is complete.</summary>
    public void SetTime(ByteString path, Timestamp time) => _times[path] = time;

    /// <summary>Hides what layers below have in a directory.</summary>
    public void MakeOpaque(DirectoryHandle directory) => directory.SetXattr(null, _overlay.Opaque, s_yes);

    /// <summary>Whether what layers below have in a directory is hidden.</summary>
    public bool IsOpaque(DirectoryHandle directory) => directory.GetXattr(null, _overlay.Opaque) == s_yes;

    /// <summary>Whether the layer made a directory in the place of something else of its own.</summary>
    public bool IsReplacement(DirectoryHandle directory) => result.Replacements.Count > 0 && result.Replacements.Contains(directory.Stat().Inode);

    /// <summary>Whether it made a path so, or a directory above it.</summary>
    public bool IsInReplacement(ByteString path)
    {
        for (; result.Replacements.Count > 0 && !path.IsEmpty; path = LayerPath.Split(path).Directory)
        {
            if (Stat(path) is { } status && result.Replacements.Contains(status.Inode))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Copies what keeps whiteouts of nothing from being listed.</summary>
    public void CopyOrigin(DirectoryHandle source, DirectoryHandle target)
    {
        if (source.GetXattr(null, _overlay.Origin) is { } origin)
        {
            target.SetXattr(null, _overlay.Origin, origin);
        }
    }
}
