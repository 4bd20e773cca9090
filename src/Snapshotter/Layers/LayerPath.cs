using LayerStore;
using LayerStore.Tar;

namespace Snapshotter.Layers;

/// <summary>Paths inside a layer: clean, relative to the root, which is the empty path.</summary>
internal static class LayerPath
{
    private const byte Slash = (byte)'/';

    /// <summary>The longest path that a layer holds, in bytes: Linux's PATH_MAX with its NUL, and what readers accept.</summary>
    private static readonly int MaxBytes = new TarLimits().MaxPathBytes;

    /// <summary>The prefix that turns a name into a whiteout in a layer (OCI image-spec, layer.md, "Whiteouts").</summary>
    public static ReadOnlySpan<byte> WhiteoutPrefix => ".wh."u8;

    /// <summary>The path of a name in a directory.</summary>
    public static ByteString Join(ByteString directory, ByteString name) =>
        directory.IsEmpty ? name : ByteString.Concat(directory.Span, "/"u8, name.Span);

    /// <summary>A path's directory and its last name. Not for the root.</summary>
    public static (ByteString Directory, ByteString Name) Split(ByteString path)
    {
        int slash = path.Span.LastIndexOf(Slash);
        return slash < 0 ? (ByteString.Empty, path) : (path.Slice(0, slash), path.Slice(slash + 1));
    }

    /// <summary>Orders paths as a walk meets them: a directory, what is in it, then what comes after it.</summary>
    public static int CompareInTreeOrder(ReadOnlySpan<byte> left, ReadOnlySpan<byte> right)
    {
        int common = left.CommonPrefixLength(right);
        if (common == left.Length || common == right.Length)
        {
            return left.Length.CompareTo(right.Length);
        }

        return left[common] == Slash ? -1 : right[common] == Slash ? 1 : left[common].CompareTo(right[common]);
    }

    /// <summary>Whether a path is somewhere below a directory.</summary>
    public static bool IsBelow(ByteString path, ByteString directory) =>
        directory.IsEmpty ? !path.IsEmpty : path.Length > directory.Length && path.StartsWith(directory.Span) && path.Span[directory.Length] == Slash;

    /// <summary>The paths that are below a directory. Bytewise all begin at "path/" and end before "path0", 0 being the byte after the slash.</summary>
    public static ByteString[] Below(SortedSet<ByteString> paths, ByteString directory) => directory.IsEmpty
        ? [.. paths.Where(path => !path.IsEmpty)]
        : [.. paths.GetViewBetween(ByteString.Concat(directory.Span, "/"u8), ByteString.Concat(directory.Span, "0"u8)).Where(path => IsBelow(path, directory))];

    /// <summary>The components of a path or link target, from the last to the first, so that a stack can take them.</summary>
    public static IEnumerable<ByteString> Reversed(ByteString path)
    {
        int end = path.Length;
        while (end > 0)
        {
            int start = path.Span[..end].LastIndexOf(Slash) + 1;
            if (start < end)
            {
                yield return path.Slice(start, end - start);
            }

            end = start - 1;
        }
    }

    /// <summary>How many names a path goes on with until <c>..</c> has led it out of the directory that it is in; 0 if it stays.</summary>
    public static int NamesUntilLeft(IEnumerable<ByteString> names)
    {
        int depth = 1;
        int used = 0;
        foreach (ByteString name in names)
        {
            used++;
            depth += name.Span switch
            {
                [(byte)'.'] => 0,
                [(byte)'.', (byte)'.'] => -1,
                _ => 1,
            };
            if (depth == 0)
            {
                return used;
            }
        }

        return 0;
    }

    /// <summary>Each name with a slash before it.</summary>
    public static ByteString JoinAll(IEnumerable<ByteString> names)
    {
        List<byte> path = [];
        foreach (ByteString name in names)
        {
            path.Add(Slash);
            path.AddRange(name.Span);
        }

        return ByteString.FromOwned([.. path]);
    }

    /// <summary>The path of the whiteout that hides a path.</summary>
    public static ByteString WhiteoutOf(ByteString path)
    {
        int name = path.Span.LastIndexOf(Slash) + 1;
        return ByteString.Concat(path.Span[..name], WhiteoutPrefix, path.Span[name..]);
    }

    /// <summary>Refuses what a layer cannot say.</summary>
    /// <exception cref="LayerStoreException"><see cref="ErrorKind.FailedPrecondition"/>.</exception>
    public static void ThrowIfNotRepresentable(ByteString path, ByteString name)
    {
        if (name.StartsWith(WhiteoutPrefix))
        {
            throw new LayerStoreException(
                ErrorKind.FailedPrecondition,
                $"{path} cannot be in a layer: names that begin with .wh. mean that a file is deleted",
                "Rename or remove the file, then try again.");
        }

        ThrowIfTooLong(path);
    }

    /// <summary>Refuses a path that readers of layers refuse.</summary>
    /// <exception cref="LayerStoreException"><see cref="ErrorKind.FailedPrecondition"/>.</exception>
    public static void ThrowIfTooLong(ByteString path)
    {
        if (path.Length > MaxBytes)
        {
            throw new LayerStoreException(
                ErrorKind.FailedPrecondition,
                $"{path} cannot be in a layer: its path has {path.Length} bytes, more than {MaxBytes}",
                "Move the directory up or remove it, then try again.");
        }
    }
}
