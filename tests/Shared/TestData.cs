namespace TestSupport;

/// <summary>The real images in testdata/ (its README says what each tag holds and which tools made it).</summary>
internal static class TestData
{
    /// <summary>The directory itself.</summary>
    public static string Root { get; } = Repository.PathOf("testdata");

    /// <summary>The OCI layout directory that holds all the tags.</summary>
    public static string Layout { get; } = Path.Combine(Root, "layout");

    /// <summary>The tags of <see cref="Layout"/> that have an expected tree, sorted.</summary>
    public static IReadOnlyList<string> Tags { get; } =
        [.. Directory.EnumerateFiles(Path.Combine(Root, "trees"), "*.tree").Select(p => Path.GetFileNameWithoutExtension(p)).Order(StringComparer.Ordinal)];

    /// <summary>A tag as the source argument of the command line and of skopeo: <c>oci:DIR:TAG</c>.</summary>
    public static string Source(string tag) => $"oci:{Layout}:{tag}";

    /// <summary>The lines that testdata/tree.pl printed for the root file system that another tool unpacked from this tag.</summary>
    public static string ExpectedTree(string tag) => File.ReadAllText(Path.Combine(Root, "trees", tag + ".tree"));

    /// <summary>The lines that testdata/tree.pl prints for a directory now, in the format of <see cref="ExpectedTree"/>.</summary>
    public static string Tree(string directory) => ProcessRunner.Run(Path.Combine(Root, "tree.pl"), directory).Output;
}
