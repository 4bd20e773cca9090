namespace LayerStore.Cli.Parsing;

/// <summary>Reads operands; what is wrong with one is wrong with the command line.</summary>
internal static class Operands
{
    /// <summary>A digest.</summary>
    public static Digest Digest(string text) => LayerStore.Digest.TryParse(text, out Digest? digest)
        ? digest
        : throw new LayerStoreException(
            ErrorKind.InvalidArgument,
            $"\"{Printable.Text(text)}\" is not a digest",
            "A digest is sha256: and 64, or sha512: and 128, lower-case hexadecimal digits; listings show them whole with --no-trunc.");

    /// <summary>Labels, each NAME=VALUE; of one name the last counts.</summary>
    public static IReadOnlyDictionary<string, string> Labels(string[]? texts)
    {
        Dictionary<string, string> labels = new(StringComparer.Ordinal);
        foreach (string text in texts ?? [])
        {
            int equals = text.IndexOf('=', StringComparison.Ordinal);
            if (equals <= 0)
            {
                throw new LayerStoreException(ErrorKind.InvalidArgument, $"\"{Printable.Text(text)}\" is not a label", "A label is NAME=VALUE.");
            }

            labels[text[..equals]] = text[(equals + 1)..];
        }

        return labels;
    }

    /// <summary>The error for a key that names nothing.</summary>
    public static LayerStoreException NoSnapshot(string key) =>
        new(ErrorKind.NotFound, $"there is no snapshot \"{Printable.Text(key)}\"", "layerstore snapshot ls lists them.");
}
