using LayerStore.Tar;
using Snapshotter.Layers.Owners;

namespace Snapshotter.Layers.Apply;

/// <summary>A regular file that an entry asks for.</summary>
/// <param name="Entry">The entry.</param>
/// <param name="Owner">Who owns it here.</param>
/// <param name="Xattrs">The extended attributes that it gets.</param>
internal readonly record struct NewFile(TarEntry Entry, FileOwner Owner, IReadOnlyList<Xattr> Xattrs);
