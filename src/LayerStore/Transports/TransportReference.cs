using LayerStore.Images;
using LayerStore.Oci;

namespace LayerStore.Transports;

/// <summary>
/// Says where an image is: <c>oci:DIR[:TAG]</c>, <c>oci-archive:FILE[:TAG]</c>, <c>docker-archive:FILE[:REF]</c>, or the
/// name of an image in a store.
/// </summary>
/// <param name="Kind">Where.</param>
/// <param name="Path">The directory or file; the normalised name of an image in a store.</param>
/// <param name="Tag">The ref name or reference in there, byte for byte; null for none. Never with a store.</param>
/// <remarks>
/// The path ends at the first colon, the rest is the tag whatever it holds: <c>oci:b:1/x:y</c> is path <c>b</c>, tag
/// <c>1/x:y</c>. A known prefix always wins over an image of that name. An empty tag is none.
/// </remarks>
public sealed record TransportReference(TransportKind Kind, string Path, string? Tag)
{
    private static readonly (string Prefix, TransportKind Kind)[] Known =
    [
        ("oci:", TransportKind.OciDirectory),
        ("oci-archive:", TransportKind.OciArchive),
        ("docker-archive:", TransportKind.DockerArchive),
    ];

    /// <summary>Transports of other tools that cannot be mistaken for a name and its tag.</summary>
    private static readonly string[] Foreign = ["docker-daemon:", "containers-storage:", "docker:", "registry:"];

    /// <summary>
    /// The name that an image gets in a store when the user says none: the tag that was given, else the name that the layout or
    /// archive has for it, else that of the file or directory; normalised, see <see cref="ImageName"/>.
    /// </summary>
    /// <param name="target">What <see cref="IImageSource.ResolveAsync"/> returned; its annotations hold the image's name.</param>
    public string SuggestName(Descriptor target)
    {
        ArgumentNullException.ThrowIfNull(target);
        return (Tag
            ?? target.Annotations.GetValueOrDefault(Annotations.ContainerdImageName)
            ?? target.Annotations.GetValueOrDefault(Annotations.RefName)) is { Length: > 0 } name
            ? ImageName.FromText(name)
            : Kind == TransportKind.Store
            ? Path
            : ImageName.FromText(System.IO.Path.GetFileName(System.IO.Path.TrimEndingDirectorySeparator(System.IO.Path.GetFullPath(Path))));
    }

    /// <summary>Parses a reference.</summary>
    /// <exception cref="LayerStoreException"><see cref="ErrorKind.InvalidArgument"/>: malformed, or a transport that this version does not have.</exception>
    public static TransportReference Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        foreach ((string prefix, TransportKind kind) in Known)
        {
            if (text.StartsWith(prefix, StringComparison.Ordinal) && !text.AsSpan(prefix.Length).StartsWith("//"))
            {
                string[] parts = text[prefix.Length..].Split(':', 2);
                TransportReference reference = new(kind, parts[0], parts.Length == 2 && parts[1].Length > 0 ? parts[1] : null);
                return parts[0].Length > 0 && !text.Contains('\0', StringComparison.Ordinal)
                    ? reference
                    : throw Invalid(text, $"has no path ({reference.Split()})", $"Write {prefix}PATH[:TAG].");
            }
        }

        if (text.Contains("://", StringComparison.Ordinal) || Foreign.Any(prefix => text.StartsWith(prefix, StringComparison.Ordinal)))
        {
            string transport = text[..text.IndexOf(':', StringComparison.Ordinal)];
            throw new LayerStoreException(
                ErrorKind.InvalidArgument,
                $"the transport \"{Printable.Text(transport)}\" is not in this version",
                "Use oci:DIR[:TAG], oci-archive:FILE[:TAG], docker-archive:FILE[:REF], or the name of an image in the store.");
        }

        return new TransportReference(TransportKind.Store, ImageName.Normalize(text), null);
    }

    /// <summary>How the reference was split, for messages: <c>path="b", tag="1/x"</c>.</summary>
    public string Split() => $"path=\"{Printable.Text(Path)}\", tag=\"{Printable.Text(Tag ?? "")}\"";

    /// <summary>The form that <see cref="Parse"/> takes.</summary>
    public override string ToString() =>
        Known.FirstOrDefault(known => known.Kind == Kind).Prefix + Path + (Tag is null ? "" : ":" + Tag);

    private static LayerStoreException Invalid(string text, string problem, string hint) =>
        new(ErrorKind.InvalidArgument, $"\"{Printable.Text(text)}\" {problem}", hint);
}
