using System.Diagnostics.CodeAnalysis;
using System.Text.RegularExpressions;

namespace LayerStore.Oci;

/// <summary>
/// An image's name in the form that Docker and containerd share (the grammar of distribution/reference):
/// <c>host[:port]/path[:tag][@digest]</c>.
/// </summary>
/// <param name="Domain">The host, <c>docker.io</c> where none was given.</param>
/// <param name="Path">The repository, with <c>library/</c> where docker.io's short form was given.</param>
/// <param name="Tag">The tag; <c>latest</c> where neither it nor a digest was given.</param>
/// <param name="Digest">The digest of the manifest or index, or null.</param>
public sealed partial record ImageReference(string Domain, string Path, string? Tag, Digest? Digest)
{
    private const string DefaultDomain = "docker.io";
    private const string OfficialPrefix = "library/";
    private const int MaxName = 255;
    private const int MaxText = 1024;

    /// <summary>Parses and normalises: <c>busybox</c> is <c>docker.io/library/busybox:latest</c>.</summary>
    /// <exception cref="LayerStoreException"><see cref="ErrorKind.InvalidArgument"/>: not of that grammar.</exception>
    public static ImageReference Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return TryParse(text, out ImageReference? reference)
            ? reference
            : throw new LayerStoreException(
                ErrorKind.InvalidArgument,
                $"\"{Printable.Text(text)}\" is not an image reference",
                "A reference is [HOST[:PORT]/]PATH[:TAG][@DIGEST], with a path in lower case.");
    }

    /// <summary>Parses and normalises; false for what <see cref="Parse"/> would refuse.</summary>
    public static bool TryParse([NotNullWhen(true)] string? text, [NotNullWhen(true)] out ImageReference? reference)
    {
        reference = null;
        if (text is null or { Length: 0 or > MaxText } || HexIdentifier().IsMatch(text))
        {
            return false;
        }

        Digest? digest = null;
        int at = text.IndexOf('@', StringComparison.Ordinal);
        if (at >= 0)
        {
            if (!Digest.TryParse(text[(at + 1)..], out digest))
            {
                return false;
            }

            text = text[..at];
        }

        string? tag = null;
        int colon = text.LastIndexOf(':');
        if (colon > text.LastIndexOf('/'))
        {
            tag = text[(colon + 1)..];
            text = text[..colon];
            if (!TagGrammar().IsMatch(tag))
            {
                return false;
            }
        }

        (string domain, string path) = Split(text);
        if (domain.Length + 1 + path.Length > MaxName || !DomainGrammar().IsMatch(domain) || !PathGrammar().IsMatch(path))
        {
            return false;
        }

        reference = new ImageReference(domain, path, tag ?? (digest is null ? "latest" : null), digest);
        return true;
    }

    /// <summary>
    /// The short form that people write: without <c>docker.io/library/</c> where it goes without saying. It names the same image: <c>docker.io/a.b/c</c>
    /// has none, since <c>a.b</c> would be a host.
    /// </summary>
    public string Familiar
    {
        get
        {
            string full = ToString();
            if (Domain != DefaultDomain)
            {
                return full;
            }

            string rest = full[(DefaultDomain.Length + 1)..];
            string name = Path.StartsWith(OfficialPrefix, StringComparison.Ordinal) && !Path.AsSpan(OfficialPrefix.Length).Contains('/')
                ? rest[OfficialPrefix.Length..]
                : rest;
            return TryParse(name, out ImageReference? same) && same == this ? name : full;
        }
    }

    /// <summary>The full form.</summary>
    public override string ToString() => $"{Domain}/{Path}{(Tag is null ? "" : ":" + Tag)}{(Digest is null ? "" : "@" + Digest)}";

    /// <summary>
    /// The first component is a host if it has a dot or a port, is <c>localhost</c>, or has upper case, which no path has.
    /// </summary>
    private static (string Domain, string Path) Split(string name)
    {
        int slash = name.IndexOf('/', StringComparison.Ordinal);
        string first = slash < 0 ? "" : name[..slash];
        bool isHost = slash > 0 && (first.AsSpan().IndexOfAny('.', ':') >= 0 || first == "localhost" || first.Any(char.IsAsciiLetterUpper));
        (string domain, string path) = isHost ? (first, name[(slash + 1)..]) : (DefaultDomain, name);
        domain = domain == "index.docker.io" ? DefaultDomain : domain;
        return domain == DefaultDomain && !path.Contains('/', StringComparison.Ordinal) ? (domain, OfficialPrefix + path) : (domain, path);
    }

    [GeneratedRegex(@"^(?:[a-zA-Z0-9]|[a-zA-Z0-9][a-zA-Z0-9-]*[a-zA-Z0-9])(?:\.(?:[a-zA-Z0-9]|[a-zA-Z0-9][a-zA-Z0-9-]*[a-zA-Z0-9]))*(?::[0-9]+)?\z|^\[[a-fA-F0-9:]+\](?::[0-9]+)?\z")]
    private static partial Regex DomainGrammar();

    [GeneratedRegex(@"^[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*(?:/[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*)*\z")]
    private static partial Regex PathGrammar();

    [GeneratedRegex(@"^[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}\z")]
    private static partial Regex TagGrammar();

    /// <summary>64 hexadecimal digits alone are an ID, not a name.</summary>
    [GeneratedRegex(@"^[a-f0-9]{64}\z")]
    private static partial Regex HexIdentifier();
}
