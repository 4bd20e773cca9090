using System.Text;
using System.Text.RegularExpressions;
using LayerStore.Oci;

namespace LayerStore.Images;

/// <summary>
/// The one spelling of an image's name in a store. What parses as a reference is stored in full
/// (<c>docker.io/library/busybox:latest</c>); anything else must be a plain word: letters and digits, joined by
/// <c>- . _ : @ + /</c>, such as <c>MyLayout</c> or <c>team/Nightly.2</c>. That is the grammar of ref names in OCI layouts, so every
/// valid ref name is a valid name.
/// </summary>
public static partial class ImageName
{
    private const int MaxLength = 1024;

    /// <summary>The spelling in which a name is stored and looked up.</summary>
    /// <exception cref="LayerStoreException"><see cref="ErrorKind.InvalidArgument"/>: neither a reference nor a plain word.</exception>
    public static string Normalize(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        return ImageReference.TryParse(name, out ImageReference? reference)
            ? reference.ToString()
            : IsRefName(name)
            ? name
            : throw new LayerStoreException(
                ErrorKind.InvalidArgument,
                $"\"{Printable.Text(name)}\" is not a name for an image",
                "A name is a reference such as busybox:1.36, or a plain word.");
    }

    /// <summary>The name of an image that came without one that can be used as it is: each run of other characters becomes one <c>-</c>.</summary>
    public static string FromText(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        if (ImageReference.TryParse(text, out ImageReference? reference))
        {
            return reference.ToString();
        }

        StringBuilder word = new();
        foreach (char c in text.Length > MaxLength ? text[..MaxLength] : text)
        {
            if (char.IsAsciiLetterOrDigit(c))
            {
                word.Append(c);
            }
            else if (word.Length > 0 && char.IsAsciiLetterOrDigit(word[^1]))
            {
                word.Append("-._:@+/".Contains(c, StringComparison.Ordinal) ? c : '-');
            }
        }

        string name = word.ToString().TrimEnd('-', '.', '_', ':', '@', '+', '/');
        return Normalize(name.Length == 0 ? "image" : name);
    }

    /// <summary>
    /// Whether a text may be a ref name in a layout: <c>component("/"component)*</c> of letters and digits with separators
    /// (OCI image-spec, annotations.md, "org.opencontainers.image.ref.name").
    /// </summary>
    internal static bool IsRefName(string text) => text.Length <= MaxLength && RefNameGrammar().IsMatch(text);

    [GeneratedRegex(@"^[A-Za-z0-9]+(?:(?:[-._:@+]|--)[A-Za-z0-9]+)*(?:/[A-Za-z0-9]+(?:(?:[-._:@+]|--)[A-Za-z0-9]+)*)*\z")]
    private static partial Regex RefNameGrammar();
}
