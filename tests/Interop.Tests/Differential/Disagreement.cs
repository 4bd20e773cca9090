namespace Interop.Tests.Differential;

/// <summary>One section of docs/disagreements.md: differences of one cause, who is right, and why.</summary>
internal sealed record Disagreement
{
    /// <summary>Its name, as it stands in the golden file.</summary>
    public required string Id { get; init; }

    /// <summary>The tools that differ from LayerStore in this way.</summary>
    public required IReadOnlySet<string> Tools { get; init; }

    /// <summary>The archives that it may show in.</summary>
    public required IReadOnlyList<Wildcard> Archives { get; init; }

    /// <summary>Patterns of path, field, LayerStore's value and the other's.</summary>
    public required IReadOnlyList<IReadOnlyList<Wildcard>> Patterns { get; init; }

    /// <summary>Who is right: <c>LayerStore</c>, <c>the other</c>, <c>both</c> or <c>neither</c>.</summary>
    public required string Right { get; init; }

    /// <summary>Where it is written who is right.</summary>
    public required string Source { get; init; }

    /// <summary>Whether it explains a difference.</summary>
    public bool Explains(string archive, string tool, Difference difference) =>
        Tools.Contains(tool)
        && Archives.Any(pattern => pattern.Matches(archive))
        && Patterns.Any(pattern => pattern[0].Matches(difference.Path) && pattern[1].Matches(difference.Field)
            && pattern[2].Matches(difference.Ours) && pattern[3].Matches(difference.Theirs));
}
