using System.Text.RegularExpressions;

namespace Snapshotter.Snapshots.Filters;

/// <summary>One comparison of a filter: a field, an operator, a value.</summary>
/// <param name="Path">The field, <c>kind</c>, or <c>labels</c> and the key, which may have been split at its dots.</param>
/// <param name="Operator">The comparison.</param>
/// <param name="Value">The value to compare with; empty for presence.</param>
/// <param name="Expression">The value as a regular expression, for <see cref="FilterOperator.Matches"/>.</param>
internal sealed record FilterSelector(IReadOnlyList<string> Path, FilterOperator Operator, string Value, Regex? Expression)
{
    public bool Matches(SnapshotInfo snapshot)
    {
        string? field = null;
        bool known = Path[0] switch
        {
            "name" => Is(snapshot.Name, out field),
            "parent" => Is(snapshot.Parent ?? string.Empty, out field),
            "kind" => Is(snapshot.Kind.ToString().ToLowerInvariant(), out field),
            "labels" => Path.Count > 1 && Is(snapshot.Labels.GetValueOrDefault(string.Join('.', Path.Skip(1))), out field),
            _ => false,
        };
        return known && Operator switch
        {
            FilterOperator.Present => field is not null,
            FilterOperator.Equal => string.Equals(field, Value, StringComparison.Ordinal),
            FilterOperator.NotEqual => !string.Equals(field ?? string.Empty, Value, StringComparison.Ordinal),
            _ => Expression!.IsMatch(field ?? string.Empty),
        };
    }

    private static bool Is(string? value, out string? field)
    {
        field = value;
        return true;
    }
}
