using LayerStore.Cli.Output;
using Snapshotter.Snapshots;

namespace Cli.Tests.Output;

public sealed class ShellWordTests
{
    [Theory]
    [InlineData("plain")]
    [InlineData("")]
    [InlineData("two words")]
    [InlineData("it's")]
    [InlineData("$HOME `id` \"x\" \\ ; & | * ? [a] {b} ~ # !")]
    [InlineData("lowerdir=/a\\:b:/c,upperdir=/d")]
    [InlineData("ünïcode")]
    public void A_shell_reads_a_quoted_word_as_it_was(string word) =>
        Assert.Equal(word, ProcessRunner.Run("sh", "-c", "printf %s " + ShellWord.Quote(word)).Output);

    [Theory]
    [InlineData("/mnt/a", "mount -t overlay -o 'lowerdir=/l 1:/l2,ro' overlay /mnt/a")]
    [InlineData("/mnt/it's", "mount -t overlay -o 'lowerdir=/l 1:/l2,ro' overlay '/mnt/it'\\''s'")]
    public void A_mount_is_a_command(string target, string expected) =>
        Assert.Equal(expected, MountCommands.Format(new Mount("overlay", "overlay", ["lowerdir=/l 1:/l2", "ro"]), target));

    [Fact]
    public void A_mount_without_options_has_no_o() =>
        Assert.Equal("mount -t tmpfs tmpfs /t", MountCommands.Format(new Mount("tmpfs", "tmpfs", []), "/t"));
}
