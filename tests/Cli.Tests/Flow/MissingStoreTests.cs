using Cli.Tests.Support;

namespace Cli.Tests.Flow;

/// <summary>What commands do where there is no store.</summary>
public sealed class MissingStoreTests
{
    [Theory]
    [InlineData("images")]
    [InlineData("content ls")]
    [InlineData("content ingests")]
    [InlineData("snapshot ls")]
    [InlineData("snapshot usage")]
    [InlineData("lease ls")]
    [InlineData("du")]
    [InlineData("gc")]
    [InlineData("gc --dry-run")]
    public async Task A_listing_is_empty_and_creates_nothing(string command)
    {
        using TestStore store = new();
        Assert.Equal("[]\n", (await store.RunAsync([.. command.Split(' '), "--format", "json"])).Expect().Output);
        Assert.Empty((await store.RunAsync([.. command.Split(' '), "-q"])).Expect().Output);
        Assert.Single((await store.RunAsync(command.Split(' '))).Expect().Output.TrimEnd('\n').Split('\n'));
        Assert.False(Directory.Exists(store.Root));
    }

    [Theory]
    [InlineData("inspect busybox")]
    [InlineData("history busybox")]
    [InlineData("rmi busybox")]
    [InlineData("why busybox")]
    [InlineData("tag busybox other")]
    [InlineData("push busybox oci:/nowhere")]
    [InlineData("mount busybox /nowhere")]
    [InlineData("umount key")]
    [InlineData("bundle busybox /nowhere")]
    [InlineData("unpack busybox /nowhere")]
    [InlineData("diff key -o /nowhere")]
    [InlineData("commit key name")]
    [InlineData("snapshot info key")]
    [InlineData("snapshot mounts key /mnt")]
    [InlineData("snapshot rm key")]
    [InlineData("snapshot usage key")]
    [InlineData("snapshot label key a=b")]
    [InlineData("snapshot commit name key")]
    [InlineData("content info sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")]
    [InlineData("content cat sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")]
    [InlineData("content rm sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")]
    [InlineData("content abort ref")]
    [InlineData("lease rm id")]
    public async Task To_name_a_thing_in_it_is_an_error_that_says_where_was_looked(string command)
    {
        using TestStore store = new();
        (await store.RunAsync(command.Split(' '))).ExpectError(2, store.Root, "hint: ");
        Assert.False(Directory.Exists(store.Root));
    }
}
