using System.Collections.Frozen;

namespace LayerStore.Content;

/// <summary>Labels are a user's notes on a blob, image, lease or snapshot: text to text, any number of them.</summary>
public static class Labels
{
    /// <summary>No labels.</summary>
    public static IReadOnlyDictionary<string, string> None { get; } = FrozenDictionary<string, string>.Empty;
}
