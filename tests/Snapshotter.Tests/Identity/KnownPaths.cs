using LayerStore;

namespace Snapshotter.Tests.Identity;

/// <summary>Which files should be there after some operations. Only so that random operations find something; it may be wrong.</summary>
internal sealed class KnownPaths
{
    private readonly Dictionary<TreePath, bool> _isDirectory = [];

    public KnownPaths(IEnumerable<Operation> operations)
    {
        foreach (Operation operation in operations)
        {
            operation.Foresee(this);
        }
    }

    public IEnumerable<TreePath> All => _isDirectory.Keys;

    public IEnumerable<TreePath> Directories => _isDirectory.Where(static pair => pair.Value).Select(static pair => pair.Key);

    public IEnumerable<TreePath> Files => _isDirectory.Where(static pair => !pair.Value).Select(static pair => pair.Key);

    public void AddDirectory(TreePath path)
    {
        for (TreePath directory = path; !directory.IsRoot; directory = directory.Parent)
        {
            _isDirectory.TryAdd(directory, true);
        }
    }

    public void AddFile(TreePath path)
    {
        if (path.Parent.IsRoot || _isDirectory.GetValueOrDefault(path.Parent))
        {
            _isDirectory.TryAdd(path, false);
        }
    }

    public void Remove(TreePath path)
    {
        foreach (TreePath gone in Below(path))
        {
            _isDirectory.Remove(gone);
        }
    }

    /// <summary>Removes a file and puts another there; a directory with a file in it.</summary>
    public void Replace(TreePath path, bool isDirectory)
    {
        Remove(path);
        _isDirectory[path] = isDirectory;
        if (isDirectory)
        {
            AddFile(path.Below(ByteString.FromText("a")));
        }
    }

    public void Move(TreePath path, TreePath to)
    {
        foreach (TreePath old in Below(path))
        {
            _isDirectory.Remove(old, out bool isDirectory);
            _isDirectory[new TreePath([.. to.Names, .. old.Names.Skip(path.Names.Count)])] = isDirectory;
        }
    }

    private List<TreePath> Below(TreePath path) =>
        [.. All.Where(known => known.Names.Count >= path.Names.Count && known.Names.Take(path.Names.Count).SequenceEqual(path.Names))];
}
