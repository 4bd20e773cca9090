namespace Interop.Tests.Reproducible;

/// <summary>One <see cref="MountedTree"/> for all tests of a class; null where it cannot be made.</summary>
public sealed class EnvironmentFixture : IAsyncLifetime, IDisposable
{
    private readonly TempDirectory _temp = new();
    private MountedTree? _tree;

    /// <summary>The tree. Skips the test where there is none.</summary>
    internal MountedTree Tree
    {
        get
        {
            ScriptedTree.RequireTools();
            return _tree ?? throw new InvalidOperationException("the fixture is not ready");
        }
    }

    /// <summary>A directory for what tests write.</summary>
    internal TempDirectory Temp => _temp;

    /// <inheritdoc/>
    public async Task InitializeAsync()
    {
        if (Environment.IsPrivilegedProcess && ScriptedTree.Programs.All(name => Tools.Find(name) is not null))
            _tree = await MountedTree.MakeAsync(_temp.FullPath);
    }

    /// <inheritdoc/>
    public async Task DisposeAsync()
    {
        if (_tree is not null)
            await _tree.DisposeAsync();
    }

    /// <inheritdoc/>
    public void Dispose() => _temp.Dispose();
}
