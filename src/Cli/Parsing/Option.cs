namespace LayerStore.Cli.Parsing;

/// <summary>An option: a name with dashes, and perhaps a value.</summary>
/// <param name="name">Its name, with both dashes.</param>
/// <param name="description">What it does, and its default in parentheses.</param>
/// <param name="aliases">Its other names, with their dash.</param>
internal abstract class Option(string name, string description, IReadOnlyList<string> aliases)
{
    /// <summary>Its name.</summary>
    public string Name => name;

    /// <summary>What it does.</summary>
    public string Description => description;

    /// <summary>Its other names.</summary>
    public IReadOnlyList<string> Aliases => aliases;

    /// <summary>What help calls its value; null if it takes none.</summary>
    public string? ValueName { get; init; }

    /// <summary>Whether it may be given several times, and all its values count.</summary>
    public bool IsRepeated { get; init; }

    /// <summary>Whether the commands below its own have it too.</summary>
    public bool IsGlobal { get; init; }

    /// <summary>Makes a value of what was given.</summary>
    /// <param name="texts">The values; none for an option without one.</param>
    /// <param name="fail">Makes the error for what is wrong with them.</param>
    public abstract object? Read(IReadOnlyList<string> texts, Func<string, LayerStoreException> fail);
}
