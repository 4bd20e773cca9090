namespace Snapshotter.Tests;

public sealed class PublicApiTests
{
    [Fact]
    public void The_public_surface_is_the_approved_one() => PublicApi.Check(typeof(Snapshotter.Snapshots.ISnapshotter).Assembly, "Snapshotter.Tests");
}
