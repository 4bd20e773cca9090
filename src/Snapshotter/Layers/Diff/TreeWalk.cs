using LayerStore;
using Snapshotter.Linux;

namespace Snapshotter.Layers.Diff;

/// <summary>Visits a tree in canonical order. The stack is its own, so depth costs memory and descriptors, never a crash.</summary>
internal static class TreeWalk
{
    /// <summary>Calls <paramref name="visit"/> with each item, the directory it is in, and its path. The root stays the caller's.</summary>
    /// <exception cref="LayerStoreException"><see cref="ErrorKind.FailedPrecondition"/>: a path that no layer can hold.</exception>
    public static void Visit(DiffDirectory root, Action<DiffDirectory, ByteString, DiffItem> visit, CancellationToken cancellationToken)
    {
        Stack<(DiffDirectory Directory, ByteString Path, IEnumerator<DiffItem> Items)> stack = new();
        stack.Push((root, ByteString.Empty, root.List().GetEnumerator()));
        try
        {
            while (stack.TryPeek(out var top))
            {
                cancellationToken.ThrowIfCancellationRequested();
                if (!top.Items.MoveNext())
                {
                    Leave(stack.Pop().Directory, root);
                    continue;
                }

                DiffItem item = top.Items.Current;
                ByteString path = LayerPath.Join(top.Path, item.Name);
                visit(top.Directory, path, item);
                if (item.IsInLayer && item.Status.Type == FileType.Directory)
                {
                    LayerPath.ThrowIfTooLong(path);
                    DiffDirectory child = top.Directory.OpenChild(item.Name);
                    Enter(stack, child, path);
                }
            }
        }
        finally
        {
            while (stack.TryPop(out var left))
            {
                Leave(left.Directory, root);
            }
        }
    }

    private static void Enter(Stack<(DiffDirectory, ByteString, IEnumerator<DiffItem>)> stack, DiffDirectory child, ByteString path)
    {
        try
        {
            stack.Push((child, path, child.List().GetEnumerator()));
        }
        catch
        {
            child.Dispose();
            throw;
        }
    }

    private static void Leave(DiffDirectory directory, DiffDirectory root)
    {
        if (directory != root)
        {
            directory.Dispose();
        }
    }
}
