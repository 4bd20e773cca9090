namespace LayerStore.Filters;

/// <summary>How a selector compares.</summary>
internal enum FilterOperator
{
    /// <summary>The field is there.</summary>
    Present,

    /// <summary><c>==</c></summary>
    Equal,

    /// <summary><c>!=</c></summary>
    NotEqual,

    /// <summary><c>~=</c></summary>
    Matches,
}
