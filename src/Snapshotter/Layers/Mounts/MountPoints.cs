using LayerStore;

namespace Snapshotter.Layers.Mounts;

/// <summary>Mount points that a user names: made if missing, refused unless empty, known by one spelling.</summary>
internal static class MountPoints
{
    /// <summary>
    /// The absolute path without symbolic links, which is how the kernel lists a mount. A path that does not exist (yet)
    /// is resolved as far as it does.
    /// </summary>
    public static string Resolve(string path)
    {
        string existing = Path.TrimEndingDirectorySeparator(Path.GetFullPath(path));
        string missing = "";
        while (existing.Length > 1 && !Directory.Exists(existing))
        {
            missing = missing.Length == 0 ? Path.GetFileName(existing) : Path.Join(Path.GetFileName(existing), missing);
            existing = Path.GetDirectoryName(existing)!;
        }

        return missing.Length == 0 ? RealPath(existing) : Path.Join(RealPath(existing), missing);
    }

    /// <summary>Makes the directory if it is missing. Returns whether it did.</summary>
    /// <exception cref="LayerStoreException"><see cref="ErrorKind.FailedPrecondition"/>: it is not an empty directory.</exception>
    public static bool MakeEmpty(string path)
    {
        if (!IsMissing(path))
        {
            return false;
        }

        MakeDirectory(path);
        return true;
    }

    /// <summary>Whether there is nothing; else it is an empty directory.</summary>
    /// <exception cref="LayerStoreException"><see cref="ErrorKind.FailedPrecondition"/>: it is something else.</exception>
    public static bool IsMissing(string path)
    {
        try
        {
            bool isDirectory = Directory.Exists(path);
            return File.Exists(path) || (isDirectory && Directory.EnumerateFileSystemEntries(path).Any())
                ? throw new LayerStoreException(
                    ErrorKind.FailedPrecondition, $"{Printable.Text(path)} is not an empty directory", "Name a directory that is empty, or that can be made.")
                : !isDirectory;
        }
        catch (Exception e) when (IoErrors.IsIo(e))
        {
            throw IoErrors.Translate(e, $"look into {Printable.Text(path)}");
        }
    }

    /// <summary>Makes a directory and those above it, mode 0700: what an image puts below, setuid programs among it, is not for other users.</summary>
    /// <exception cref="LayerStoreException"><see cref="ErrorKind.FailedPrecondition"/>: something else is there, or on the way.</exception>
    public static void MakeDirectory(string path)
    {
        for (string? above = Path.GetFullPath(path); above is not null; above = Path.GetDirectoryName(above))
        {
            if (File.Exists(above))
            {
                throw new LayerStoreException(
                    ErrorKind.FailedPrecondition,
                    $"cannot make the directory {Printable.Text(path)}: {Printable.Text(above)} is not a directory",
                    "Name a directory, or a place where one can be made.");
            }
        }

        try
        {
            Stack<string> missing = new();
            for (string? above = Path.GetFullPath(path); above is not null && !Directory.Exists(above); above = Path.GetDirectoryName(above))
            {
                missing.Push(above);
            }

            while (missing.TryPop(out string? directory))
            {
                Directory.CreateDirectory(directory, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
            }
        }
        catch (Exception e) when (IoErrors.IsIo(e))
        {
            throw IoErrors.Translate(e, $"make the directory {Printable.Text(path)}");
        }
    }

    // Each component that is a link is replaced by its final target; the BCL has no realpath(3).
    private static string RealPath(string path)
    {
        string real = "/";
        foreach (string component in path.Split('/', StringSplitOptions.RemoveEmptyEntries))
        {
            real = Path.Join(real, component);
            if (Directory.ResolveLinkTarget(real, returnFinalTarget: true) is { } target)
            {
                real = RealPath(target.FullName);
            }
        }

        return real;
    }
}
