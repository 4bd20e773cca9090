namespace Interop.Tests.Archives;

/// <summary>podman with a storage of its own, away from the machine's images and containers. Disposing removes it.</summary>
internal sealed class Podman : IDisposable
{
    // podman refuses a runroot of more than 50 bytes, which a long TMPDIR would make it.
    private readonly TempDirectory _temp = new("/tmp");

    /// <summary>Runs podman, which must succeed.</summary>
    public ToolResult Run(params string[] arguments)
    {
        string[] options =
        [
            "--root", _temp["root"], "--runroot", _temp["run"], "--tmpdir", _temp["tmp"], "--storage-driver", "vfs",
            "--cgroup-manager", "cgroupfs", "--events-backend", "none", "--runtime", "runc",
        ];
        return new ToolCommand("podman", [.. options, .. arguments])
        {
            Environment = new Dictionary<string, string?> { ["TMPDIR"] = _temp.FullPath },
        }.Run().Expect();
    }

    /// <inheritdoc/>
    public void Dispose() => _temp.Dispose();
}
