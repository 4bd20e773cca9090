using LayerStore.Content;
using Snapshotter.Snapshots;
using Snapshotter.Snapshots.Native;

namespace Snapshotter.Tests.Contracts;

public sealed class NativeSnapshotterContractTests : SnapshotterContract
{
    protected override ISnapshotter Open(StoreLayout layout, SnapshotterOptions options) => NativeSnapshotter.Open(layout, options);
}
