namespace Cli.Tests.Support;

/// <summary>Text that is a contract: a change of it is a visible change of a file in Golden/.</summary>
internal static class GoldenFile
{
    /// <summary>Compares with the file. With UPDATE_GOLDEN=1 in the environment, writes it instead.</summary>
    public static void Verify(string name, string text)
    {
        string path = Repository.PathOf($"tests/Cli.Tests/Golden/{name}");
        if (Environment.GetEnvironmentVariable("UPDATE_GOLDEN") == "1")
        {
            File.WriteAllText(path, text);
        }

        Assert.Equal(File.ReadAllText(path), text);
    }
}
