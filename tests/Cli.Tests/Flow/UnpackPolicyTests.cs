using System.Formats.Tar;
using Cli.Tests.Support;

namespace Cli.Tests.Flow;

/// <summary>What --no-devices and --strip-setuid leave out, and that layers without it are never taken for the whole ones, or the other way round.</summary>
public sealed class UnpackPolicyTests
{
    [SkippableFact]
    public async Task What_root_unpacks_has_all_of_it_and_the_options_leave_it_out()
    {
        Tools.RequireRoot();
        using TestStore store = new();
        TestLayout layout = Layout(store);

        (await store.RunAsync("unpack", layout.Source("it"), store["all"])).Expect();
        (await store.RunAsync("unpack", layout.Source("it"), store["less"], "--no-devices", "--strip-setuid")).Expect();

        Assert.Equal((UnixFileMode)0x9ed, File.GetUnixFileMode(store["all/su"])); // 04755
        Assert.True(Path.Exists(store["all/null"]));
        Assert.Equal((UnixFileMode)0x1ed, File.GetUnixFileMode(store["less/su"]));
        Assert.False(Path.Exists(store["less/null"]));
    }

    [SkippableTheory]
    [InlineData("overlay")]
    [InlineData("erofs")]
    [InlineData("native")]
    public async Task A_layer_that_is_here_otherwise_is_not_taken(string driver)
    {
        Tools.RequireRoot();
        using TestStore store = new();
        TestLayout layout = Layout(store);
        string[] pull = ["--driver", driver, "pull", layout.Source("it")];

        (await store.RunAsync([.. pull, "--strip-setuid"])).Expect();
        (await store.RunAsync([.. pull, "--strip-setuid"])).Expect();
        (await store.RunAsync(pull)).ExpectError(4, "unpacked without setuid", "hint: ");
        (await store.RunAsync([.. pull, "--no-devices"])).ExpectError(4, "without devices", "hint: ");
        (await store.RunAsync("rmi", "it")).Expect();
        (await store.RunAsync(pull)).Expect();
        (await store.RunAsync([.. pull, "--strip-setuid"])).ExpectError(4, "unpacked with everything", "hint: ");
        (await store.RunAsync([.. pull, "--no-unpack", "--strip-setuid"])).Expect();
    }

    [SkippableFact]
    public async Task A_layer_that_another_image_has_is_not_taken_either()
    {
        Tools.RequireRoot();
        using TestStore store = new();
        TestLayout layout = Layout(store);
        (await store.RunAsync("pull", layout.Source("it"))).Expect();

        (await store.RunAsync("pull", layout.Source("other"), "--strip-setuid")).ExpectError(4, "unpacked with everything");
        (await store.RunAsync("pull", layout.Source("other"))).Expect();
    }

    private static TestLayout Layout(TestStore store)
    {
        using MemoryStream tar = new();
        using (TarWriter writer = new(tar, TarEntryFormat.Pax, leaveOpen: true))
        {
            writer.WriteEntry(new PaxTarEntry(TarEntryType.RegularFile, "su") { Mode = (UnixFileMode)0x9ed });
            writer.WriteEntry(new PaxTarEntry(TarEntryType.CharacterDevice, "null") { DeviceMajor = 1, DeviceMinor = 3 });
        }

        TestLayout layout = new(store["layout"]);
        layout.AddImage("it", tar.ToArray());
        layout.AddImage("other", tar.ToArray(), blob: tar.ToArray());
        return layout;
    }
}
