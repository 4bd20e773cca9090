namespace Snapshotter.Layers.Diff;

/// <summary>
/// The directories from the root of a walk down to where it is. Depth costs memory, never a crash, and few descriptors: those
/// of directories far above are given back, and opened again when the walk comes back to them.
/// </summary>
/// <typeparam name="T">One directory, or the same one of several trees.</typeparam>
internal sealed class WalkStack<T> : IDisposable
    where T : class, IWalkLevel<T>
{
    private const int MaxOpen = 64;

    private readonly List<T> _levels = [];
    private int _suspended;

    /// <summary>How many there are.</summary>
    public int Count => _levels.Count;

    /// <summary>Where the walk is.</summary>
    public T Top => _levels[^1];

    /// <summary>A directory by its depth.</summary>
    public T this[int depth] => _levels[depth];

    /// <summary>Goes down into a directory, which belongs to the stack from now on.</summary>
    public void Push(T level)
    {
        _levels.Add(level);
        if (_levels.Count - _suspended > MaxOpen)
        {
            _levels[_suspended].Suspend(_levels[_suspended + 1]);
            _suspended++;
        }
    }

    /// <summary>Goes back up.</summary>
    public void Pop()
    {
        using T left = Top;
        _levels.RemoveAt(_levels.Count - 1);
        if (_suspended > 0 && _suspended == _levels.Count)
        {
            _suspended--;
            Top.Resume(left);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (T level in _levels)
        {
            level.Dispose();
        }

        _levels.Clear();
    }
}
