namespace TestSupport;

/// <summary>A user namespace with many ids: root is the user's own, and 1 to 65535 are mapped to others (newuidmap(1)).</summary>
internal static class MappedNamespace
{
    // In a mount namespace of its own, so that the ranges of the test replace those of the machine for it alone.
    private const string Script =
        "mount --bind \"$0\" /etc/subuid; mount --bind \"$0\" /etc/subgid; exec unshare --user --map-root-user --map-auto --mount \"$@\"";

    /// <summary>Skips the test where it cannot be made.</summary>
    public static void Require()
    {
        Tools.RequireRoot();
        Tools.Require("unshare", "newuidmap");
        Skip.IfNot(File.Exists("/etc/subuid") && File.Exists("/etc/subgid"), "there is no /etc/subuid");
        Skip.If(ProcessRunner.TryRun("unshare", "--user", "--map-root-user", "--mount", "true").ExitCode != 0, "user namespaces are not allowed here");
    }

    /// <summary>The words that a command begins with to run in one.</summary>
    public static string[] Wrapper(TempDirectory temp) =>
        [.. MountNamespace.Wrapper, "bash", "-ec", Script, temp.WriteFile("id-ranges", "root:100000:65536\n")];
}
