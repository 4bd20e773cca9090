namespace LayerStore.Filters;

/// <summary>Reads a field of a thing for a <see cref="Filter"/>.</summary>
/// <param name="path">The field, <c>kind</c>, or <c>labels</c> and the key, which may have been split at its dots.</param>
/// <param name="value">Its value; null if this thing has none.</param>
/// <returns>Whether things of this kind have such a field.</returns>
public delegate bool FilterField(IReadOnlyList<string> path, out string? value);
