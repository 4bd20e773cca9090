using LayerStore;

namespace Snapshotter.Layers.Apply;

/// <summary>
/// A way that a path takes through what a stored layer does not have, and out of it again: <c>a/b/../..</c> in a symbolic link. In the layers below there must
/// be directories on it, or nothing.
/// </summary>
/// <param name="Directory">The directory of the layer that it begins and ends in.</param>
/// <param name="Names">Its names from there on, the last <c>..</c> with them or not.</param>
internal readonly record struct LeftWay(ByteString Directory, ByteString Names);
