namespace TestSupport;

/// <summary>A mount namespace without the mounts of other tests.</summary>
/// <remarks>A new one has copies of all mounts, which keep file systems and loop devices busy that their tests have unmounted, and snapshots in use that they want to commit.</remarks>
internal static class MountNamespace
{
    // The fifth word is the mount point; "\040" in it is a space. Those of tests are below the temporary directory.
    private const string Script = """
        while read -r _ _ _ _ place _; do
            if [[ $place == "$0"/* ]]; then umount --lazy "$(printf %b "$place")" 2> /dev/null || :; fi
        done < <(tac /proc/self/mountinfo)
        exec "$@"
        """;

    /// <summary>The words that a command begins with to run in one.</summary>
    public static string[] Wrapper { get; } = ["unshare", "--mount", "bash", "-ec", Script, Path.GetTempPath().TrimEnd('/')];

    /// <summary>Waits until no mount namespace has a mount any more whose description holds a text.</summary>
    public static void WaitUntilUnmounted(string text) => ProcessRunner.Script(
        "for i in {1..600}; do grep --quiet --no-messages --fixed-strings -e \"$1\" /proc/[0-9]*/mountinfo || exit 0; sleep 0.1; done; exit 1", text);
}
