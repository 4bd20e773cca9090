namespace LayerStore.Tests;

/// <summary>A directory of one test's own, removed with it.</summary>
internal sealed class TempDirectory : IDisposable
{
    public TempDirectory() => Path = Directory.CreateTempSubdirectory("layerstore-test-").FullName;

    public string Path { get; }

    /// <summary>A path in the directory.</summary>
    public string this[string name] => System.IO.Path.Join(Path, name);

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
