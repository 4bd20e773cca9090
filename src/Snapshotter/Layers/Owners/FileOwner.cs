namespace Snapshotter.Layers.Owners;

/// <summary>Who owns a file, by the numbers that an image says.</summary>
/// <param name="UserId">The user.</param>
/// <param name="GroupId">The group.</param>
internal readonly record struct FileOwner(uint UserId, uint GroupId);
