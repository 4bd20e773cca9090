namespace LayerStore.Cli.Parsing;

/// <summary>An operand, or several under one name.</summary>
/// <param name="name">What help calls it.</param>
/// <param name="description">What it is.</param>
/// <param name="isOptional">Whether it may be missing.</param>
/// <param name="isRepeated">Whether it takes all that are left.</param>
internal class Argument(string name, string description, bool isOptional, bool isRepeated)
{
    /// <summary>What help calls it.</summary>
    public string Name => name;

    /// <summary>What it is.</summary>
    public string Description => description;

    /// <summary>Whether it may be missing.</summary>
    public bool IsOptional => isOptional;

    /// <summary>Whether it takes all that are left.</summary>
    public bool IsRepeated => isRepeated;
}
