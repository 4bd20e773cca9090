using System.Text.RegularExpressions;

namespace LayerStore.Filters;

/// <summary>One comparison of a filter: a field, an operator, a value.</summary>
/// <param name="Path">The field.</param>
/// <param name="Operator">The comparison.</param>
/// <param name="Value">The value to compare with; empty for presence.</param>
/// <param name="Expression">The value as a regular expression, for <see cref="FilterOperator.Matches"/>.</param>
internal sealed record FilterSelector(IReadOnlyList<string> Path, FilterOperator Operator, string Value, Regex? Expression)
{
    public bool Matches(FilterField field) => field(Path, out string? value) && Operator switch
    {
        FilterOperator.Present => value is not null,
        FilterOperator.Equal => string.Equals(value, Value, StringComparison.Ordinal),
        FilterOperator.NotEqual => !string.Equals(value ?? string.Empty, Value, StringComparison.Ordinal),
        _ => Expression!.IsMatch(value ?? string.Empty),
    };
}
