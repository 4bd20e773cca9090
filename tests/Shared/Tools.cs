namespace TestSupport;

/// <summary>What a test needs from the machine. Each method skips the test, with the reason, when it is not there.</summary>
internal static class Tools
{
    // The sbin directories hold runc, losetup and mkfs, and are often not in the PATH of an ordinary user.
    private static readonly string[] s_directories =
    [
        .. (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':', StringSplitOptions.RemoveEmptyEntries),
        "/usr/local/sbin", "/usr/sbin", "/sbin", "/usr/bin", "/bin",
    ];

    /// <summary>The path of a program, or null when it is not installed.</summary>
    public static string? Find(string name) => name.Contains('/', StringComparison.Ordinal)
        ? (File.Exists(name) ? name : null)
        : s_directories.Select(directory => Path.Combine(directory, name)).FirstOrDefault(File.Exists);

    /// <summary>Skips the test unless all these programs are installed.</summary>
    public static void Require(params string[] names)
    {
        var missing = names.Where(name => Find(name) is null).ToArray();
        Skip.If(missing.Length > 0, $"not installed: {string.Join(", ", missing)} (`make deps` installs it on Debian)");
    }

    /// <summary>Skips the test unless it runs as root (mounts, owners, device nodes).</summary>
    public static void RequireRoot() => Skip.IfNot(Environment.IsPrivilegedProcess, "needs root");

    /// <summary>Skips the test unless the kernel has this file system, or can load it.</summary>
    public static void RequireFileSystem(string type)
    {
        if (!KernelHas(type))
            LoadModule(type);
        Skip.IfNot(KernelHas(type), $"this kernel has no {type} file system");
    }

    private static bool KernelHas(string type) =>
        File.ReadLines("/proc/filesystems").Any(line => line.Split('\t')[^1].Trim() == type);

    private static void LoadModule(string name)
    {
        if (Find("modprobe") is { } modprobe)
            ProcessRunner.TryRun(modprobe, name);
    }
}
