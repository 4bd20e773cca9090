using LayerStore.Tar;

namespace LayerStore.Tests.Tar;

/// <summary>Compares entries by value; a record compares its list of xattrs by reference.</summary>
internal static class TarEquality
{
    public static void AssertEqual(TarEntry expected, TarEntry actual)
    {
        Assert.Equal(expected.Xattrs.OrderBy(xattr => xattr.Name), actual.Xattrs);
        Assert.Equal(expected with { Xattrs = [] }, actual with { Xattrs = [] });
    }
}
