namespace LayerStore.Cli.Parsing;

/// <summary>An operand of a type.</summary>
/// <param name="name">What help calls it.</param>
/// <param name="description">What it is.</param>
/// <param name="read">Makes its value of what was given.</param>
/// <param name="isOptional">Whether it may be missing.</param>
/// <param name="isRepeated">Whether it takes all that are left.</param>
internal sealed class Argument<T>(string name, string description, Func<IReadOnlyList<string>, T> read, bool isOptional = false, bool isRepeated = false)
    : Argument(name, description, isOptional, isRepeated)
{
    /// <summary>Its value.</summary>
    public T Read(IReadOnlyList<string> texts) => read(texts);
}
