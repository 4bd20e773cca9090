namespace Snapshotter.Tests.Identity;

/// <summary>A part of a history: changes in a mounted snapshot, and a commit.</summary>
/// <param name="Changes">The changes.</param>
/// <param name="IsMounted">Whether the snapshot is still mounted when it is committed.</param>
/// <param name="Next">Where the next stage goes on.</param>
internal sealed record Stage(IReadOnlyList<Operation> Changes, bool IsMounted, Continuation Next);
