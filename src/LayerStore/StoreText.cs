using System.Text;

namespace LayerStore;

/// <summary>What may be a name in the store: an ingest's reference, an image's name, a lease's id, a snapshot's key.</summary>
public static class StoreText
{
    /// <summary>The longest name in characters.</summary>
    public const int MaxLength = 4096;

    /// <summary>Refuses an empty or overlong name, and one with a NUL, a newline or half of a surrogate pair: two such could be stored as the same bytes.</summary>
    /// <param name="name">The name.</param>
    /// <param name="what">What it names, such as <c>the reference of an ingest</c>.</param>
    /// <exception cref="LayerStoreException"><see cref="ErrorKind.InvalidArgument"/>.</exception>
    public static void RequireName(string name, string what)
    {
        ArgumentNullException.ThrowIfNull(name);
        if (name.Length is 0 or > MaxLength || name.Contains('\n', StringComparison.Ordinal) || !IsStorable(name))
        {
            throw new LayerStoreException(
                ErrorKind.InvalidArgument,
                $"\"{Printable.Text(name)}\" cannot be {what}",
                $"It has 1 to {MaxLength} characters, none of them NUL or a newline.");
        }
    }

    /// <summary>Whether the databases give a text back as it was.</summary>
    internal static bool IsStorable(string text)
    {
        for (ReadOnlySpan<char> rest = text; !rest.IsEmpty;)
        {
            if (rest[0] == '\0' || Rune.DecodeFromUtf16(rest, out _, out int length) != System.Buffers.OperationStatus.Done)
            {
                return false;
            }

            rest = rest[length..];
        }

        return true;
    }
}
