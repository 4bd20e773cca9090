using System.Text.Json;
using LayerStore.Content;

namespace LayerStore.Oci;

/// <summary>
/// An object in a document, read by known keys. An absent value and null are the same (OCI image-spec, config.md,
/// "Any OPTIONAL field MAY also be set to null, which is equivalent to being absent").
/// </summary>
internal readonly struct StrictObject
{
    private readonly JsonElement _element;

    /// <summary>
    /// Begins to read an object. A key that differs from a known one in case only is refused: readers that ignore case
    /// (Go's encoding/json) would take it for the known one.
    /// </summary>
    public StrictObject(JsonElement element, string what, HashSet<string> keys)
    {
        if (element.ValueKind != JsonValueKind.Object)
        {
            throw StrictJson.Error(what, "is not a JSON object");
        }

        foreach (JsonProperty property in element.EnumerateObject())
        {
            // U+017F and U+212A are s and k to a reader that folds case.
            string folded = property.Name.Replace('\u017f', 's').Replace('\u212a', 'k');
            if (keys.TryGetValue(folded, out string? known) && known != property.Name)
            {
                throw StrictJson.Error(what, $"has the key \"{property.Name}\", which differs from \"{known}\" in case only");
            }
        }

        _element = element;
        What = what;
    }

    /// <summary>What this is, for messages.</summary>
    public string What { get; }

    /// <summary>A set of keys for the constructor. A frozen set would be looked through faster, but takes longer to make than all documents of a command to read.</summary>
    public static HashSet<string> Keys(params string[] keys) => new(keys, StringComparer.OrdinalIgnoreCase);

    /// <summary>Whether there is a value other than null.</summary>
    public bool Has(string key) => Find(key) is not null;

    /// <summary>A value of any kind, or null.</summary>
    public JsonElement? Find(string key) =>
        _element.TryGetProperty(key, out JsonElement value) && value.ValueKind != JsonValueKind.Null ? value : null;

    /// <summary>A text, or null.</summary>
    public string? Text(string key) => Find(key) is not { } value
        ? null
        : value.ValueKind == JsonValueKind.String ? value.GetString() : throw Wrong(key, "a string");

    /// <summary>A text that must be there and not be empty.</summary>
    public string RequiredText(string key) => Text(key) is { Length: > 0 } text ? text : throw StrictJson.Error(What, $"has no {key}");

    /// <summary>An integer, or null. A fraction or exponent is none.</summary>
    public long? Integer(string key) => Find(key) is not { } value
        ? null
        : value.ValueKind == JsonValueKind.Number && value.TryGetInt64(out long number) ? number : throw Wrong(key, "an integer");

    /// <summary>A truth value; false where there is none.</summary>
    public bool Flag(string key) => Find(key)?.ValueKind switch
    {
        null or JsonValueKind.False => false,
        JsonValueKind.True => true,
        _ => throw Wrong(key, "true or false"),
    };

    /// <summary>The items of an array; none where there is none.</summary>
    public IEnumerable<JsonElement> Items(string key) => Find(key) is not { } value
        ? []
        : value.ValueKind == JsonValueKind.Array ? value.EnumerateArray() : throw Wrong(key, "an array");

    /// <summary>An array of texts; empty where there is none.</summary>
    public IReadOnlyList<string> Texts(string key)
    {
        List<string> texts = [];
        foreach (JsonElement item in Items(key))
        {
            texts.Add(item.ValueKind == JsonValueKind.String ? item.GetString()! : throw Wrong(key, "an array of strings"));
        }

        return texts;
    }

    /// <summary>An array of texts, or one text alone, which old builders wrote; null where there is none.</summary>
    public IReadOnlyList<string>? TextsOrText(string key) => Find(key) is not { } value
        ? null
        : value.ValueKind == JsonValueKind.String ? [value.GetString()!] : Texts(key);

    /// <summary>An object of texts, ordered by key; empty where there is none.</summary>
    public IReadOnlyDictionary<string, string> Map(string key)
    {
        if (Find(key) is not { } value)
        {
            return Labels.None;
        }

        SortedDictionary<string, string> map = new(StringComparer.Ordinal);
        foreach (JsonProperty property in value.ValueKind == JsonValueKind.Object ? value.EnumerateObject() : throw Wrong(key, "an object"))
        {
            map.Add(property.Name, property.Value.ValueKind switch
            {
                JsonValueKind.String => property.Value.GetString()!,
                JsonValueKind.Null => "",
                _ => throw Wrong(key, "an object of strings"),
            });
        }

        return map;
    }

    /// <summary>The keys of an object, in order; none where there is none.</summary>
    public IReadOnlyList<string> KeysOf(string key) => Find(key) is not { } value
        ? []
        : value.ValueKind == JsonValueKind.Object ? [.. value.EnumerateObject().Select(property => property.Name)] : throw Wrong(key, "an object");

    private LayerStoreException Wrong(string key, string expected) => StrictJson.Error(What, $"has a value for {key} that is not {expected}");
}
