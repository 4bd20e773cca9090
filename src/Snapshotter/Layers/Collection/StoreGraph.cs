namespace Snapshotter.Layers.Collection;

/// <summary>What a store held at one moment: the roots, what each thing leads to, and all that could be collected.</summary>
/// <param name="roots">What is kept for its own sake.</param>
/// <param name="edges">What leads to what. A thing that is not in it leads nowhere.</param>
/// <param name="things">All that is there and could go, whether it is held or not, with the places where it lies.</param>
/// <param name="damaged">Names of images of which some document is not here whole, and was never read: they may hold more than is seen.</param>
internal sealed class StoreGraph(
    IReadOnlyList<StoreItem> roots,
    IReadOnlyDictionary<StoreItem, IReadOnlyList<StoreItem>> edges,
    IReadOnlyList<StoredThing> things,
    IReadOnlyList<string> damaged)
{
    public IReadOnlyList<StoreItem> Roots => roots;

    public IReadOnlyList<StoredThing> Things => things;

    public IReadOnlyList<string> DamagedImages => damaged;

    /// <summary>What something leads to.</summary>
    public IReadOnlyList<StoreItem> Next(StoreItem item) => edges.GetValueOrDefault(item, []);

    /// <summary>What tells holders apart: images by their manifests and what they resolved to, for two names of one image hold the same; others by themselves.</summary>
    public string HolderOf(StoreItem root) => root.Kind == StoreItemKind.Image
        ? string.Join(' ', Next(root).Where(item => item.Kind == StoreItemKind.Blob).Select(item => item.Name))
        : $"{root.Kind} {root.Number} {root.Name}";

    /// <summary>All that can be reached, the roots themselves included.</summary>
    public HeldItems Reach(IEnumerable<StoreItem> from)
    {
        HeldItems held = new();
        Stack<StoreItem> open = new(from);
        while (open.TryPop(out StoreItem? item))
        {
            if (held.Add(item))
            {
                foreach (StoreItem next in Next(item))
                {
                    open.Push(next);
                }
            }
        }

        return held;
    }

    /// <summary>A shortest way from a root to something, both included; null if there is none.</summary>
    public IReadOnlyList<StoreItem>? FindPath(StoreItem root, Predicate<StoreItem> isTarget)
    {
        Dictionary<StoreItem, StoreItem?> from = new() { [root] = null };
        Queue<StoreItem> open = new([root]);
        while (open.TryDequeue(out StoreItem? item))
        {
            if (isTarget(item))
            {
                List<StoreItem> path = [];
                for (StoreItem? step = item; step is not null; step = from[step])
                {
                    path.Insert(0, step);
                }

                return path;
            }

            foreach (StoreItem next in Next(item))
            {
                if (from.TryAdd(next, item))
                {
                    open.Enqueue(next);
                }
            }
        }

        return null;
    }
}
