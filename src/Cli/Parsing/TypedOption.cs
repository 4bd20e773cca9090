namespace LayerStore.Cli.Parsing;

/// <summary>An option whose value is of a type.</summary>
/// <param name="name">Its name, with both dashes.</param>
/// <param name="description">What it does, and its default in parentheses.</param>
/// <param name="read">Makes a value of what was given; the function makes the error for what is wrong with it.</param>
/// <param name="default">Its value when it is not given.</param>
/// <param name="aliases">Its other names, with their dash.</param>
internal sealed class Option<T>(
    string name, string description, Func<IReadOnlyList<string>, Func<string, LayerStoreException>, T> read, T @default, params string[] aliases)
    : Option(name, description, aliases)
{
    /// <summary>Its value when it is not given.</summary>
    public T Default => @default;

    /// <inheritdoc/>
    public override object? Read(IReadOnlyList<string> texts, Func<string, LayerStoreException> fail) => read(texts, fail);
}
