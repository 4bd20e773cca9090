namespace LayerStore.Tar;

/// <summary>
/// What a parser says of bytes that are wrong. A parser does not know where in the archive they are: <see cref="TarReader"/>
/// adds that and makes it a <see cref="LayerStoreException"/>, so this one never leaves the folder.
/// </summary>
internal sealed class TarFormatException(string problem, string? hint = null) : Exception(problem)
{
    /// <summary>What to do, where it is not what to do about any damaged tar.</summary>
    public string? Hint => hint;
}
