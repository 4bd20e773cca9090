using LayerStore;
using Snapshotter.Layers.Apply;
using Snapshotter.Linux;

namespace Snapshotter.Layers.Complete;

/// <summary>
/// Resolves paths in a layer over the layers below it, before its whiteouts count: a layer may link to what it deletes. All
/// links and <c>..</c> stay inside the root.
/// </summary>
internal sealed class PathResolver(LayerTree layer, LowerView lower)
{
    /// <summary>As many links as the kernel follows in one path (MAXSYMLINKS).</summary>
    private const int MaxLinks = 40;

    /// <summary>The real path of the directory that a link leads to; it need not exist.</summary>
    /// <param name="link">The link's path.</param>
    /// <param name="target">What is in it.</param>
    /// <exception cref="LayerStoreException"><see cref="ErrorKind.DataLoss"/>: too many links, a file is on the way, or it would be a whiteout.</exception>
    public ByteString ResolveLink(ByteString link, ByteString target)
    {
        ByteString path = Walk(target.StartsWith("/"u8) ? [] : Components(LayerPath.Split(link).Directory), target, isOfLower: true);
        foreach (ByteString name in LayerPath.Reversed(path))
        {
            BadLayer.ThrowIfMark(name, link);
        }

        return path;
    }

    /// <summary>The real path of a hard link's target, whose last name may be a link; null if its directory does not exist.</summary>
    /// <exception cref="LayerStoreException"><see cref="ErrorKind.DataLoss"/>: too many links, or a file is on the way.</exception>
    public ByteString? ResolveFile(ByteString path)
    {
        (ByteString directory, ByteString name) = LayerPath.Split(path);
        ByteString real = Walk([], directory);
        return real.IsEmpty || Stat(real) is { IsDirectory: true } ? LayerPath.Join(real, name) : null;
    }

    /// <param name="real">The components of the directory to begin in.</param>
    /// <param name="path">The path.</param>
    /// <param name="isOfLower">Whether it is the target of a link of the layers below, which this layer's own names must not lead elsewhere.</param>
    private ByteString Walk(List<ByteString> real, ByteString path, bool isOfLower = false)
    {
        Stack<ByteString> rest = new(LayerPath.Reversed(path));
        int links = 0;
        while (rest.TryPop(out ByteString name))
        {
            if (name.Span is [(byte)'.'])
            {
                continue;
            }

            if (name.Span is [(byte)'.', (byte)'.'])
            {
                if (real.Count > 0)
                {
                    real.RemoveAt(real.Count - 1);
                }

                continue;
            }

            real.Add(name);
            ByteString current = Join(real);
            switch (Stat(current)?.Type)
            {
                case null or FileType.Directory:
                    break;
                case not null when !isOfLower && links > 0 && LayerPath.NamesUntilLeft(rest) > 0 && IsHiddenLower(current):
                    break; // It is not there: what the link says of it is taken by its letters.
                case FileType.SymbolicLink when isOfLower && (layer.Stat(current) is not null || layer.Hides(current)):
                    throw DirectoryTree.LinkWayTaken(current);
                case FileType.SymbolicLink when ++links <= MaxLinks:
                    real.RemoveAt(real.Count - 1);
                    ByteString target = layer.Stat(current) is { Type: FileType.SymbolicLink } ? layer.ReadLink(current) : lower.ReadLink(current);
                    if (target.StartsWith("/"u8))
                    {
                        real.Clear();
                    }

                    foreach (ByteString component in LayerPath.Reversed(target))
                    {
                        rest.Push(component);
                    }

                    break;
                case FileType.SymbolicLink:
                    throw BadLayer.Because($"the layer has a path through too many symbolic links: {path}");
                default:
                    throw BadLayer.Because($"the layer has a path through something that is not a directory: {path}");
            }
        }

        return Join(real);
    }

    private FileStatus? Stat(ByteString path) => layer.Stat(path) is { IsWhiteout: false } status ? status : lower.Stat(path);

    private bool IsHiddenLower(ByteString path) => layer.Stat(path) is null or { IsWhiteout: true } && layer.Hides(path);

    private static List<ByteString> Components(ByteString path) => [.. LayerPath.Reversed(path).Reverse()];

    private static ByteString Join(List<ByteString> components)
    {
        byte[] path = new byte[components.Sum(component => component.Length + 1)];
        int length = 0;
        foreach (ByteString component in components)
        {
            component.Span.CopyTo(path.AsSpan(length));
            length += component.Length;
            path[length++] = (byte)'/';
        }

        return new ByteString(path.AsSpan(0, Math.Max(length - 1, 0)));
    }
}
