using LayerStore;
using LayerStore.Cli;

namespace Cli.Tests;

public sealed class StoreRootTests
{
    [Theory]
    [InlineData("/given", "/variable", "/data", "/home", true, "/given")]
    [InlineData(null, "/variable", "/data", "/home", true, "/variable")]
    [InlineData(null, null, "/data", "/home", true, "/var/lib/layerstore")]
    [InlineData(null, "", null, null, true, "/var/lib/layerstore")]
    [InlineData(null, null, "/data", "/home", false, "/data/layerstore")]
    [InlineData(null, null, null, "/home", false, "/home/.local/share/layerstore")]
    [InlineData(null, null, "relative", "/home", false, "/home/.local/share/layerstore")]
    [InlineData("/a/../b/", null, null, null, false, "/b")]
    public void The_store_is_where_the_user_or_custom_says(string? given, string? variable, string? data, string? home, bool isRoot, string expected) =>
        Assert.Equal(expected, Find(given, variable, data, home, isRoot));

    [Theory]
    [InlineData("", "/home")]
    [InlineData(null, null)]
    [InlineData(null, "relative")]
    public void No_place_at_all_is_a_usage_error(string? given, string? home) =>
        Assert.Equal(ErrorKind.InvalidArgument, Assert.Throws<LayerStoreException>(() => Find(given, null, null, home, isRoot: false)).Kind);

    private static string Find(string? given, string? variable, string? data, string? home, bool isRoot) => StoreRoot.Find(
        given, name => name switch { "LAYERSTORE_ROOT" => variable, "XDG_DATA_HOME" => data, "HOME" => home, _ => null }, isRoot);
}
