using Snapshotter.Layers.Collection;
using Snapshotter.Linux;

namespace Snapshotter.Tests.Layers.Collection;

public sealed class SharedSpaceTests
{
    [Fact]
    public void What_two_that_go_share_is_freed_once() =>
        Assert.Equal([100, 0], Credit([(0, 100, 0), (0, 100, 1)], []));

    [Fact]
    public void What_one_that_stays_has_is_not_freed() =>
        Assert.Equal([60, 0], Credit([(0, 100, 0), (0, 100, 1)], [(30, 70)]));

    [Fact]
    public void What_only_one_in_the_store_has_is_shared_with_the_world_outside() =>
        Assert.Equal([0], Credit([(0, 100, 0)], []));

    [Fact]
    public void Overlaps_count_where_they_overlap() =>
        Assert.Equal([50, 25, 0], Credit([(0, 100, 1), (50, 150, 2), (125, 200, 3), (0, 10, 4)], [(0, 20)]).Skip(1).Take(3));

    [Fact]
    public void Extents_that_touch_do_not_overlap() =>
        Assert.Equal([0, 0], Credit([(0, 100, 0), (100, 200, 1)], []));

    private static long[] Credit((ulong Start, ulong End, int Owner)[] gone, (ulong Start, ulong End)[] kept)
    {
        long[] bytes = new long[gone.Max(range => range.Owner) + 1];
        SharedSpace.Credit(
            [.. gone.Select(range => (new ExtentRange(range.Start, range.End), range.Owner))], [.. kept.Select(range => new ExtentRange(range.Start, range.End))], bytes);
        return bytes;
    }
}
