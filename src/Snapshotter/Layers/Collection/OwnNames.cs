using LayerStore;

namespace Snapshotter.Layers.Collection;

/// <summary>The names that a store has under its root (docs/format.md): everything else there is somebody else's.</summary>
internal static class OwnNames
{
    private static readonly HashSet<string> s_whole = new(StringComparer.Ordinal)
    {
        "layerstore.json", "metadata.db", "metadata.db-wal", "metadata.db-shm", "metadata.db-journal",
        "snapshots.db", "snapshots.db-wal", "snapshots.db-shm", "snapshots.db-journal",
        "blobs", "blobs/sha256", "blobs/sha512", "ingest", "locks", "t", "w", "m", "trash",
    };

    /// <summary>Whether the store made what is at a path, which is relative to the root; the root itself is its own.</summary>
    public static bool IsOwn(string path)
    {
        string[] parts = path.Split('/');
        return path.Length == 0
            || s_whole.Contains(path)
            || (parts.Length > 1 && parts[0] switch
            {
                "locks" or "trash" => true,
                "t" or "w" or "m" => long.TryParse(parts[1], out long number) && number >= 0 && number.ToString() == parts[1],
                "ingest" => parts[1].Length == 64 && parts[1].All(char.IsAsciiHexDigitLower),
                "blobs" => parts.Length == 3 && Digest.TryParse($"{parts[1]}:{parts[2].Replace(".damaged", string.Empty, StringComparison.Ordinal)}", out _),
                _ => false,
            });
    }
}
