namespace Snapshotter.Tests.Identity;

/// <summary>Something that is done to a tree. It may fail, as a command may whose file is not there; then it does nothing.</summary>
/// <param name="Shell">The same as a command of a shell that stands in the root.</param>
/// <param name="Run">Does it.</param>
internal sealed record Operation(string Shell, Action<LiveTree> Run)
{
    /// <summary>Says what is there afterwards, if all goes well.</summary>
    public Action<KnownPaths> Foresee { get; init; } = static _ => { };

    /// <summary>Operations that are like this one but simpler, for a smaller example.</summary>
    public Func<IEnumerable<Operation>> Simpler { get; init; } = static () => [];
}
