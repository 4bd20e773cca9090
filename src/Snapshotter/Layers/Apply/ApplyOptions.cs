using LayerStore;
using LayerStore.Tar;
using Snapshotter.Layers.Manifest;
using Snapshotter.Linux;

namespace Snapshotter.Layers.Apply;

/// <summary>How to apply a layer's tar.</summary>
internal sealed record ApplyOptions
{
    /// <summary>What whiteouts become.</summary>
    public required WhiteoutMode Whiteouts { get; init; }

    /// <summary>Where overlay keeps its marks, <c>trusted</c> or <c>user</c>; without a store that says so, where it can keep them here.</summary>
    public string OverlayXattrNamespace { get; init; } = UserNamespace.Current.IsInitial ? "trusted" : "user";

    /// <summary>Leaves devices out.</summary>
    public bool NoDevices { get; init; }

    /// <summary>Takes setuid and setgid bits and file capabilities off.</summary>
    public bool StripSetuid { get; init; }

    /// <summary>Gives files of owners that are not mapped in this user namespace to root; else they are refused.</summary>
    public bool SquashIds { get; init; }

    /// <summary>Keeps the root's mode 0700, and leaves it to the caller to set it: nobody else can enter before all is done.</summary>
    public bool KeepsRootPrivate { get; init; }

    /// <summary>How deep a file may be, below its links' targets too.</summary>
    public int MaxDepth { get; init; } = Limits.Default.Tar.MaxDepth;

    /// <summary>What to take from for names and metadata that must be remembered.</summary>
    public MemoryBudget Memory { get; init; } = new(Limits.Default.MaxMemoryBytes);

    /// <summary>Takes memory for an entry that is kept until the layer's end, and returns it.</summary>
    /// <exception cref="LayerStoreException"><see cref="ErrorKind.DataLoss"/>: too much of that.</exception>
    public TarEntry Remember(TarEntry entry)
    {
        const int size = 400;
        Memory.Take(size + entry.Name.Length + entry.LinkName.Length + entry.Xattrs.Sum(static xattr => 100L + xattr.Name.Length + xattr.Value.Length));
        return entry;
    }

    /// <summary>Takes memory for a path that is kept until the layer's end, and returns it.</summary>
    /// <exception cref="LayerStoreException"><see cref="ErrorKind.DataLoss"/>: too much of that.</exception>
    public ByteString Remember(ByteString path)
    {
        const int size = 300;
        Memory.Take(size + path.Length);
        return path;
    }

    /// <summary>Takes the hashes of the contents that are written; null if nobody wants them.</summary>
    public ContentHashes? Hashes { get; init; }

    /// <summary>Told what cannot be kept here and was left out or changed.</summary>
    public Action<string>? Warn { get; init; }
}
