using LayerStore;

namespace Snapshotter.Layers.Apply;

/// <summary>
/// Where a path through a symbolic link of a layer below is in a stored layer, which knows no such link and has a directory in its
/// place. Two paths that lead to one file are one in a stored layer only if this is the same.
/// </summary>
internal struct PlaceBehindLink()
{
    private ByteString? _path;
    private ByteString _link;

    /// <summary>How many names are left of the path when the link's target is used up; more than any path has if it is.</summary>
    private int _restAfterTarget = int.MaxValue;

    /// <summary>The directory's path there; empty if it went through no such link.</summary>
    public readonly ByteString Path => _path ?? ByteString.Empty;

    /// <summary>Whether the name that was taken last is of the target of such a link, and not of what the layer says.</summary>
    public bool IsInTarget { get; private set; }

    /// <summary>Says that a name was taken from the path.</summary>
    /// <param name="rest">How many are left.</param>
    public void Take(int rest)
    {
        IsInTarget = rest >= _restAfterTarget;
        if (!IsInTarget)
        {
            _restAfterTarget = int.MaxValue;
        }
    }

    /// <summary>Whether the name that was taken last is of the target, and what is left is not.</summary>
    public readonly bool EndsTarget(int rest) => IsInTarget && rest < _restAfterTarget;

    /// <summary>Follows a symbolic link of a layer below.</summary>
    /// <param name="directory">The directory that it is in.</param>
    /// <param name="name">Its name.</param>
    /// <param name="rest">How many names are left, without its target.</param>
    public void FollowLower(DirectoryNode directory, ByteString name, int rest)
    {
        if (!IsInTarget)
        {
            _path = _link = LayerPath.Join(_path ?? directory.Path, name);
            _restAfterTarget = rest;
        }
    }

    /// <summary>Follows a symbolic link of the layer itself.</summary>
    public void FollowOwn(ByteString target)
    {
        if (target.StartsWith("/"u8))
        {
            _path = null;
        }
    }

    /// <summary>Goes into a directory.</summary>
    public void Enter(ByteString name)
    {
        if (!IsInTarget && _path is { } path)
        {
            _path = LayerPath.Join(path, name);
        }
    }

    /// <summary>Goes up by <c>..</c>; false if that leaves the link: from its target it leads elsewhere than from its place.</summary>
    public bool TryLeave()
    {
        if (!IsInTarget && _path is { } path)
        {
            _path = LayerPath.Split(path).Directory;
            return path != _link;
        }

        return true;
    }
}
