using LayerStore;

namespace Snapshotter.Layers.Check;

/// <summary>One thing that a check found.</summary>
/// <param name="Subject">What kind of thing it is about.</param>
/// <param name="Id">Which one: a digest, a name, a key or a path.</param>
/// <param name="What">What is wrong with it, a clause without a full stop.</param>
public sealed record CheckFinding(CheckSubject Subject, string Id, string What)
{
    /// <summary>For a layer, or a snapshot that is a whole tree, the file in it; else null.</summary>
    public ByteString? Path { get; init; }

    /// <summary>For a file in a layer, what is wrong with it.</summary>
    public TreeFaults Faults { get; init; }

    /// <summary>Whether something was lost. Else it is only a note: what a process that died left, say.</summary>
    public bool IsDamage { get; init; }

    /// <summary>Whether it was mended.</summary>
    public bool IsRepaired { get; init; }
}
