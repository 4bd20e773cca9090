namespace Interop.Tests.Corpus;

/// <summary>The runner tells good tools from bad ones, and outlives them.</summary>
public sealed class CorpusRunnerTests
{
    private const string Tar = "tar --extract --numeric-owner --preserve-permissions --directory {dir} --file {layer}";

    public CorpusRunnerTests()
    {
        Tools.RequireRoot();
        Tools.Require("python3", "unshare", "tar");
    }

    [SkippableTheory]
    [InlineData("apply/metadata/modes", Tar, "passed")]
    [InlineData("apply/archives/damaged-middle", Tar, "passed")] // It must be refused, and is.
    [InlineData("apply/metadata/modes", "true", "wrong")]
    [InlineData("apply/metadata/modes", "false", "refused")]
    [InlineData("apply/metadata/modes", Tar + " && touch {dir}/f0644", "wrong")]
    [InlineData("apply/metadata/modes", Tar + " && touch {dir}/more", "wrong")]
    [InlineData("apply/metadata/modes", Tar + " && setfattr -n user.x -v 1 {dir}/f0644", "wrong")]
    [InlineData("apply/metadata/modes", Tar + " && ln {dir}/f0644 {dir}/../kept && ln -f {dir}/../kept {dir}/f0755 && rm {dir}/../kept", "wrong")]
    [InlineData("apply/metadata/modes", "kill -SEGV $$", "crashed")]
    [InlineData("apply/metadata/modes", "sleep 1000 & sleep 1000", "timed out")]
    [InlineData("apply/metadata/modes", Tar + " && touch {dir}/../escaped", "escaped")]
    [InlineData("apply/metadata/modes", "chmod 777 {dir}/..; false", "escaped")]
    [InlineData("apply/breakouts/whiteout-through-link", "rm /run/layer-corpus/canary/file; false", "escaped")]
    [InlineData("apply/breakouts/hard-link-outside", "ln /run/layer-corpus/canary/file {dir}/h && echo overwritten > {dir}/h", "escaped")]
    [InlineData("apply/archives/not-an-archive", "true", "accepted")]
    [InlineData("apply/names/newline", "mount -t tmpfs none {dir} && mkdir {dir}/x && mount -t tmpfs none {dir}/x", "wrong")] // And both mounts go.
    public void A_tool_that_applies_gets_what_it_deserves(string name, string command, string expected)
    {
        var (printed, results) = LayerCorpus.Run(name, "--apply", command, "--timeout", expected == "timed out" ? "1" : "60");

        Assert.Equal(expected, Assert.Single(results).Value);
        Assert.Equal(expected == "passed" ? 0 : 1, printed.ExitCode);
    }

    [SkippableTheory]
    [InlineData("diff/content/base", "tar --create --format=pax --numeric-owner --directory {upper} --file {out} .", "passed")]
    [InlineData("diff/content/base", "tar --create --gzip --format=pax --numeric-owner --directory {upper} --file {out} .", "passed")]
    [InlineData("diff/content/base", "tar --create --format=ustar --owner=1 --directory {upper} --file {out} .", "wrong")]
    [InlineData("diff/content/nothing", "tar --create --format=pax --numeric-owner --directory {upper} --file {out} .", "wrong")] // All of it changed nothing.
    [InlineData("diff/content/base", "echo text > {out}", "wrong")]
    [InlineData("diff/content/base", "true", "wrong")]
    [InlineData("diff/content/base", "false", "refused")]
    [InlineData("diff/content/nothing", "rm -r {upper}/d; tar --create --files-from /dev/null --file {out}", "wrong")]
    [InlineData("diff/changes/reserved-name", "tar --create --directory {upper} --file {out} .", "accepted")]
    public void A_tool_that_compares_gets_what_it_deserves(string name, string command, string expected)
    {
        var (_, results) = LayerCorpus.Run(name, "--diff", command);

        Assert.Equal(expected, Assert.Single(results).Value);
    }
}
