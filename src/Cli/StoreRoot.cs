namespace LayerStore.Cli;

/// <summary>Where the store is when nobody says so.</summary>
internal static class StoreRoot
{
    /// <summary>Finds the store's directory: what was given, else $LAYERSTORE_ROOT, else the place that the system's customs give.</summary>
    /// <param name="given">The value of <c>--root</c>, or null.</param>
    /// <param name="variable">Reads the environment.</param>
    /// <param name="isRoot">Whether the user is root.</param>
    /// <returns>An absolute path.</returns>
    /// <exception cref="LayerStoreException"><see cref="ErrorKind.InvalidArgument"/>: nothing says where.</exception>
    public static string Find(string? given, Func<string, string?> variable, bool isRoot)
    {
        if (given is not null)
        {
            return given.Length > 0
                ? Absolute(given)
                : throw new LayerStoreException(ErrorKind.InvalidArgument, "option --root is empty", "Give the store's directory.");
        }

        if (variable("LAYERSTORE_ROOT") is { Length: > 0 } root)
        {
            return Absolute(root);
        }

        if (isRoot)
        {
            return "/var/lib/layerstore";
        }

        // XDG Base Directory Specification: a relative path in the variable is to be ignored.
        if (variable("XDG_DATA_HOME") is ['/', ..] data)
        {
            return Path.Combine(data, "layerstore");
        }

        return variable("HOME") is ['/', ..] home
            ? Path.Combine(home, ".local/share/layerstore")
            : throw new LayerStoreException(
                ErrorKind.InvalidArgument, "there is no place for the store: HOME is not set", "Say where with --root or $LAYERSTORE_ROOT.");
    }

    private static string Absolute(string path) => Path.TrimEndingDirectorySeparator(Path.GetFullPath(path));
}
