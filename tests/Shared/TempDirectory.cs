namespace TestSupport;

/// <summary>
/// A new empty directory of one test. Disposing it detaches every mount below it and removes it with all it holds, whether
/// the test passed or not, so nothing is left behind.
/// </summary>
internal sealed class TempDirectory : IDisposable
{
    /// <summary>Makes the directory, below TMPDIR or /tmp, or below another parent (a mounted file system, for example).</summary>
    public TempDirectory(string? parent = null) =>
        FullPath = Directory.CreateDirectory(Path.Combine(parent ?? Path.GetTempPath(), "layerstore-test-" + Guid.NewGuid().ToString("N")[..12])).FullName;

    /// <summary>The absolute path.</summary>
    public string FullPath { get; }

    /// <summary>The path of a name in it. Nothing is created.</summary>
    public string this[string name] => Path.Combine(FullPath, name);

    /// <summary>Makes a directory in it and gives its path.</summary>
    public string CreateDirectory(string name) => Directory.CreateDirectory(this[name]).FullName;

    /// <summary>Writes a text file in it and gives its path.</summary>
    public string WriteFile(string name, string text)
    {
        File.WriteAllText(this[name], text);
        return this[name];
    }

    /// <summary>Writes a script that can be run, and gives its path.</summary>
    public string WriteProgram(string name, string text) => ProcessRunner.WriteProgram(this[name], text);

    /// <inheritdoc/>
    public override string ToString() => FullPath;

    /// <inheritdoc/>
    public void Dispose()
    {
        MountTable.DetachUnder(FullPath);

        // rm and not Directory.Delete: trees of images hold names that are not UTF-8, which .NET cannot name. It stays on this
        // file system in case a mount could not be detached.
        if (ProcessRunner.TryRun("rm", "-rf", "--one-file-system", "--", FullPath).ExitCode == 0)
            return;

        // Directories without the owner's write or search bit stop rm for anyone but root.
        ProcessRunner.TryRun("chmod", "-R", "u+rwX", "--", FullPath);
        ProcessRunner.Run("rm", "-rf", "--one-file-system", "--", FullPath);
    }
}
