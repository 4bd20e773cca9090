namespace LayerStore.Filters;

/// <summary>
/// containerd's filter language: <c>kind==active,labels."a.b"~=^x</c>. A comma is AND, several filters are ORed; the operators are
/// <c>==</c>, <c>!=</c>, <c>~=</c> (regular expression) and presence (no operator). An unknown field matches nothing.
/// </summary>
/// <remarks>
/// A value is plain up to a comma or space, or quoted: <c>"a, b"</c>, with Go's escapes; a regular expression also as
/// <c>/a, b/</c> or <c>|a, b|</c>. A field without a value equals nothing, differs from every non-empty value, and is
/// empty to a regular expression. An empty filter lets all through. (containerd, package <c>filters</c>.)
/// </remarks>
public sealed class Filter
{
    // Each thing in a list is held against all filters.
    private const int MaxLength = 1 << 20;

    // Any of the lists may match; all selectors of a list must.
    private readonly IReadOnlyList<IReadOnlyList<FilterSelector>> _alternatives;

    private Filter(IReadOnlyList<IReadOnlyList<FilterSelector>> alternatives) => _alternatives = alternatives;

    /// <summary>Parses filters, of which any may match; none at all let everything through.</summary>
    /// <exception cref="LayerStoreException"><see cref="ErrorKind.InvalidArgument"/>: not the grammar; more than 1 MiB of filters,
    /// or a regular expression of more than 4096 characters.</exception>
    public static Filter Parse(params IReadOnlyList<string> filters)
    {
        ArgumentNullException.ThrowIfNull(filters);
        if (filters.Sum(f => (long)f.Length) > MaxLength)
        {
            throw new LayerStoreException(ErrorKind.InvalidArgument, $"the filters have more than {MaxLength} characters", "Ask several times, with a part of them each.");
        }

        return new Filter([.. filters.Select(f => new FilterParser(f).Parse())]);
    }

    /// <summary>Whether one of the filters lets a thing with these fields through.</summary>
    public bool Matches(FilterField field)
    {
        ArgumentNullException.ThrowIfNull(field);
        return _alternatives.Count == 0 || _alternatives.Any(all => all.All(selector => selector.Matches(field)));
    }

    /// <summary>Reads a label: the field <c>labels</c>, whose path names it.</summary>
    public static bool TryLabel(IReadOnlyList<string> path, IReadOnlyDictionary<string, string> labels, out string? value)
    {
        ArgumentNullException.ThrowIfNull(path);
        ArgumentNullException.ThrowIfNull(labels);
        value = path.Count > 1 ? labels.GetValueOrDefault(string.Join('.', path.Skip(1))) : null;
        return path.Count > 1 && path[0] == "labels";
    }
}
