using LayerStore.Content;

namespace LayerStore.Metadata;

/// <summary>A table of labels: <c>(owner, key, value)</c>, removed with their owner.</summary>
/// <param name="name">The table's name: a constant, never data.</param>
internal sealed class LabelTable(string name)
{
    public static LabelTable OfBlobs { get; } = new("blob_labels");

    public static LabelTable OfClaims { get; } = new("claim_labels");

    public static LabelTable OfImages { get; } = new("image_labels");

    public static LabelTable OfLeases { get; } = new("lease_labels");

    private readonly string _get = $"SELECT key, value FROM {name} WHERE owner = ?1 ORDER BY key";
    private readonly string _all = $"SELECT owner, key, value FROM {name} ORDER BY owner, key";
    private readonly string _set = $"INSERT INTO {name} VALUES (?1, ?2, ?3) ON CONFLICT (owner, key) DO UPDATE SET value = ?3";
    private readonly string _remove = $"DELETE FROM {name} WHERE owner = ?1 AND key = ?2";

    public IReadOnlyDictionary<string, string> Get(SqliteSession session, string owner)
    {
        List<KeyValuePair<string, string>> labels = session.Query(_get, r => KeyValuePair.Create(r.GetString(0), r.GetString(1)), owner);
        return labels.Count == 0 ? Labels.None : new Dictionary<string, string>(labels, StringComparer.Ordinal);
    }

    /// <summary>The labels of all owners that have some.</summary>
    public Dictionary<string, IReadOnlyDictionary<string, string>> GetAll(SqliteSession session)
    {
        Dictionary<string, IReadOnlyDictionary<string, string>> all = new(StringComparer.Ordinal);
        Dictionary<string, string> labels = [];
        string? current = null;
        foreach ((string owner, string key, string value) in session.Query(_all, r => (r.GetString(0), r.GetString(1), r.GetString(2))))
        {
            if (owner != current)
            {
                labels = new Dictionary<string, string>(StringComparer.Ordinal);
                all.Add(owner, labels);
                current = owner;
            }

            labels.Add(key, value);
        }

        return all;
    }

    /// <summary>Sets labels, removes those whose value is null or empty, and leaves the others alone.</summary>
    public void Change(SqliteSession session, string owner, IEnumerable<KeyValuePair<string, string?>> changes)
    {
        foreach ((string key, string? value) in changes)
        {
            if (string.IsNullOrEmpty(value))
            {
                session.Execute(_remove, owner, key);
            }
            else
            {
                session.Execute(_set, owner, key, value);
            }
        }
    }
}
