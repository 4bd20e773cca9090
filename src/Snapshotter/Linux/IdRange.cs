namespace Snapshotter.Linux;

/// <summary>A run of user or group numbers and what they are outside of a user namespace: a line of <c>uid_map</c> (user_namespaces(7)).</summary>
/// <param name="Inside">The first number inside.</param>
/// <param name="Outside">The first number outside.</param>
/// <param name="Count">How many.</param>
internal readonly record struct IdRange(uint Inside, uint Outside, uint Count);
