using LayerStore.Content;
using Snapshotter.Snapshots;
using Snapshotter.Snapshots.Overlay;

namespace Snapshotter.Tests.Contracts;

public sealed class OverlaySnapshotterContractTests : SnapshotterContract
{
    protected override ISnapshotter Open(StoreLayout layout, SnapshotterOptions options) => OverlaySnapshotter.Open(layout, options);
}
