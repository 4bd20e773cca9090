namespace LayerStore.Content;

/// <summary>An ingest that no living process writes.</summary>
/// <param name="Directory">Its directory's name in the store.</param>
/// <param name="Owner">Whose it is; the command line's if its record cannot be read.</param>
/// <param name="Reference">Its reference; null if its record cannot be read, so that nobody can go on with it.</param>
/// <param name="Expected">The digest it was begun for, or null.</param>
public sealed record IdleIngest(string Directory, string Owner, string? Reference, Digest? Expected);
