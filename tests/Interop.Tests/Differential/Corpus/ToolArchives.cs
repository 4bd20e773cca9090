namespace Interop.Tests.Differential.Corpus;

/// <summary>Archives that other tools make, each in each of its formats, by make-archive.sh: <c>TOOL-FORMAT</c>.</summary>
internal static class ToolArchives
{
    private static readonly string s_script = Repository.PathOf("tests/Interop.Tests/Differential/Corpus/make-archive.sh");

    /// <summary>The program that makes each.</summary>
    private static readonly Dictionary<string, string> s_makers = new()
    {
        ["gnu-v7"] = "tar",
        ["gnu-oldgnu"] = "tar",
        ["gnu-gnu"] = "tar",
        ["gnu-incremental"] = "tar",
        ["gnu-label"] = "tar",
        ["gnu-ustar"] = "tar",
        ["gnu-pax"] = "tar",
        ["gnu-pax-global"] = "tar",
        ["gnu-absolute"] = "tar",
        ["bsdtar-v7"] = "bsdtar",
        ["bsdtar-ustar"] = "bsdtar",
        ["bsdtar-gnutar"] = "bsdtar",
        ["bsdtar-pax"] = "bsdtar",
        ["busybox-tar"] = "/bin/busybox",
        ["cpio-ustar"] = "cpio",
        ["cpio-tar"] = "cpio",
        ["python-ustar"] = "python3",
        ["python-gnu"] = "python3",
        ["python-pax"] = "python3",
        ["perl-tar"] = "perl",
        ["dpkg-deb"] = "dpkg-deb",
        ["git-archive"] = "git",
        ["umoci-insert"] = "umoci",
        ["buildah-add"] = "buildah",
    };

    /// <summary>All names.</summary>
    public static IReadOnlyList<string> Names { get; } = [.. s_makers.Keys];

    /// <summary>Makes one, or skips the test when its maker is not installed.</summary>
    public static void Make(string name, string path)
    {
        Tools.Require(s_makers[name], "setfattr", "setfacl", "setcap");
        ProcessRunner.Run(s_script, name, path);
    }
}
