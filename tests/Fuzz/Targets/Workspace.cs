namespace Fuzz.Targets;

/// <summary>A directory of this process for targets that need files: in memory if there is a file system there, else in TMPDIR.</summary>
internal static class Workspace
{
    private static readonly Lazy<string> s_root = new(Make);

    /// <summary>Its path. It is made when it is first asked for, and goes with the process.</summary>
    public static string Root => s_root.Value;

    private static string Make()
    {
        const string memory = "/dev/shm";
        string parent = Directory.Exists(memory) ? memory : Path.GetTempPath();
        string root = Path.Combine(parent, $"layerstore-fuzz-{Environment.ProcessId}-{Guid.NewGuid():N}");
        Directory.CreateDirectory(root, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        AppDomain.CurrentDomain.ProcessExit += (_, _) => Trees.Remove(root);
        return root;
    }
}
