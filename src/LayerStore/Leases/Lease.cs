namespace LayerStore.Leases;

/// <summary>Something that keeps resources from the collector while work is under way.</summary>
/// <param name="Id">Its name, chosen by its maker.</param>
/// <param name="CreatedAt">When it was made, UTC.</param>
/// <param name="ExpiresAt">From when on it keeps nothing, UTC; null: it stays until it is deleted.</param>
public sealed record Lease(string Id, DateTimeOffset CreatedAt, DateTimeOffset? ExpiresAt)
{
    /// <summary>Labels.</summary>
    public IReadOnlyDictionary<string, string> Labels { get; init; } = Content.Labels.None;

    /// <summary>Whether it keeps nothing any more.</summary>
    public bool IsExpired(DateTimeOffset now) => ExpiresAt <= now;
}
