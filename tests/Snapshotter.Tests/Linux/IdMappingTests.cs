using LayerStore;
using Snapshotter.Linux;

namespace Snapshotter.Tests.Linux;

public sealed class IdMappingTests
{
    [Theory]
    [InlineData("0:100000:65536", 0, 100000)]
    [InlineData("0:100000:65536", 65535, 165535)]
    [InlineData("0:100000:65536", 65536, 100000)]
    [InlineData("0:1000:1,1:100000:65536", 0, 1000)]
    [InlineData("1:100000:65536,0:1000:1", 7, 100006)]
    [InlineData("0:4294901760:65535", 65534, 4294967294)]
    public void A_number_is_mapped_by_the_range_that_has_it_or_else_as_root_is(string users, uint inside, uint outside)
    {
        IdMapping mapping = IdMapping.Parse(users, "0:5:1");
        Assert.Equal(outside, mapping.MapUser(inside));
        Assert.Equal(5u, mapping.MapGroup(inside));
        Assert.Equal((users, "0:5:1"), (mapping.UserText, mapping.GroupText));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("0:1")]
    [InlineData("0:1:2:3")]
    [InlineData("0:1:0")]
    [InlineData("-1:1:1")]
    [InlineData("0: 1:1")]
    [InlineData("0:1:1,")]
    [InlineData("0:1:4294967296")]
    [InlineData("0:4294967295:1")]
    [InlineData("1:1:1")]
    [InlineData("0:1:5,4:10:1")]
    [InlineData("0:1:5,5:5:1")]
    [InlineData("0:1:1,ro")]
    public void What_the_kernel_would_refuse_is_refused(string? users)
    {
        LayerStoreException error = Assert.Throws<LayerStoreException>(() => IdMapping.Parse(users, "0:0:1"));
        Assert.Equal(ErrorKind.InvalidArgument, error.Kind);
        Assert.Equal(ErrorKind.InvalidArgument, Assert.Throws<LayerStoreException>(() => IdMapping.Parse("0:0:1", users)).Kind);
    }

    [Fact]
    public void As_many_ranges_as_the_kernel_takes_and_no_more()
    {
        string Ranges(int count) => string.Join(',', Enumerable.Range(0, count).Select(i => $"{i}:{i * 2}:1"));
        Assert.Equal(340, IdMapping.Parse(Ranges(340), "0:0:1").Users.Count);
        Assert.Equal(ErrorKind.InvalidArgument, Assert.Throws<LayerStoreException>(() => IdMapping.Parse(Ranges(341), "0:0:1")).Kind);
    }
}
