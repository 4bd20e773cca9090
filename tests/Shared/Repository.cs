namespace TestSupport;

/// <summary>Where the source tree is that the tests were built from.</summary>
internal static class Repository
{
    /// <summary>The directory that holds LayerStore.sln.</summary>
    public static string Root { get; } = FindRoot();

    /// <summary>The absolute path of a file or directory, given relative to <see cref="Root"/>.</summary>
    public static string PathOf(string relative) => Path.Combine(Root, relative);

    private static string FindRoot()
    {
        for (var directory = new DirectoryInfo(AppContext.BaseDirectory); directory is not null; directory = directory.Parent)
        {
            if (File.Exists(Path.Combine(directory.FullName, "LayerStore.sln")))
                return directory.FullName;
        }

        throw new InvalidOperationException($"no LayerStore.sln above {AppContext.BaseDirectory}");
    }
}
