namespace BenchTool.Plots;

/// <summary>Whose a bar is.</summary>
internal enum BarKind
{
    /// <summary>Ours, what the others are compared with.</summary>
    First,

    /// <summary>Another way of ours.</summary>
    Ours,

    /// <summary>Another program.</summary>
    Peer,

    /// <summary>The machine's limit.</summary>
    Limit,
}
