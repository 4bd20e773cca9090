using System.Collections.Frozen;
using System.Text;

namespace LayerStore.Content;

/// <summary>Labels are a user's notes on a blob, image, lease or snapshot: text to text, any number of them.</summary>
public static class Labels
{
    /// <summary>The longest key and value together, in UTF-8 bytes; containerd has the same limit.</summary>
    public const int MaxBytes = 4096;

    /// <summary>The most that all labels of one thing may have, in UTF-8 bytes: enough for any use, and little enough that a thing with its labels can be sent.</summary>
    public const int MaxTotalBytes = 1 << 20;

    /// <summary>No labels.</summary>
    public static IReadOnlyDictionary<string, string> None { get; } = FrozenDictionary<string, string>.Empty;

    /// <summary>Refuses labels that cannot be kept.</summary>
    /// <exception cref="LayerStoreException"><see cref="ErrorKind.InvalidArgument"/>: an empty key, a key and value
    /// longer than <see cref="MaxBytes"/>, text that is not valid Unicode or holds a NUL, or more than <see cref="MaxTotalBytes"/> together.</exception>
    public static void Validate(IEnumerable<KeyValuePair<string, string?>> labels)
    {
        ArgumentNullException.ThrowIfNull(labels);
        long total = 0;
        foreach ((string key, string? value) in labels)
        {
            string text = key + value;
            if (key.Length == 0 || text.Length > MaxBytes || !StoreText.IsStorable(text) || Encoding.UTF8.GetByteCount(text) > MaxBytes)
            {
                throw new LayerStoreException(
                    ErrorKind.InvalidArgument,
                    $"\"{Printable.Text(key)}\" cannot be a label",
                    $"A label has a key, at most {MaxBytes} bytes with its value, and no NUL.");
            }

            total += Encoding.UTF8.GetByteCount(text);
            if (total > MaxTotalBytes)
            {
                throw new LayerStoreException(ErrorKind.InvalidArgument, $"the labels have more than {MaxTotalBytes} bytes together", "Remove some, or keep elsewhere what they say.");
            }
        }
    }
}
