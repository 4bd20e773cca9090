namespace Interop.Tests.Reproducible;

/// <summary>The tree of scripted-tree.sh: a bit of everything that a layer can hold, with fixed times.</summary>
internal static class ScriptedTree
{
    private static readonly string s_script = Repository.PathOf("tests/Interop.Tests/Reproducible/scripted-tree.sh");

    /// <summary>The programs that make the tree.</summary>
    public static IReadOnlyList<string> Programs { get; } = ["openssl", "setfattr", "setcap", "setfacl"];

    /// <summary>The time of the build in these tests, 2025-01-01: some files are newer, most are older.</summary>
    public static DateTimeOffset SourceDate { get; } = DateTimeOffset.FromUnixTimeSeconds(1_735_689_600);

    /// <summary>Skips the test if the tree cannot be made here.</summary>
    public static void RequireTools()
    {
        Tools.RequireRoot();
        Tools.Require([.. Programs]);
    }

    /// <summary>Makes it, its files in one order or in the other.</summary>
    public static void Make(string directory, bool backward) => ProcessRunner.Run(s_script, directory, backward ? "backward" : "forward");
}
