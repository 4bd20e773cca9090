using System.Reflection;
using System.Text.RegularExpressions;
using System.Xml.Linq;

namespace Cli.Tests.Architecture;

/// <summary>
/// Cli → Snapshotter → LayerStore, and never back. In Snapshotter only Layers/ knows both blobs and snapshots, so that the
/// snapshot half also runs alone, below a program that keeps the content.
/// </summary>
public sealed partial class DependencyTests
{
    private static readonly Assembly s_layerStore = typeof(LayerStore.Digest).Assembly;
    private static readonly Assembly s_snapshotter = typeof(Snapshotter.Snapshots.ISnapshotter).Assembly;

    // Shared ground that knows nothing of blobs: the disk layout, its locks, what is recorded at its creation, the rules of labels.
    private static readonly string[] s_sharedGround = ["StoreLayout", "StoreLock", "XattrNamespace", "Labels"];

    [Fact]
    public void LayerStore_references_neither_of_the_others()
    {
        Assert.Empty(ProjectReferences("LayerStore"));
        Assert.DoesNotContain(s_layerStore.GetReferencedAssemblies(), name => name.Name is "Snapshotter" or "layerstore-cli");
    }

    [Fact]
    public void Snapshotter_references_only_LayerStore()
    {
        Assert.Equal(["LayerStore"], ProjectReferences("Snapshotter"));
        Assert.DoesNotContain(s_snapshotter.GetReferencedAssemblies(), name => name.Name == "layerstore-cli");
    }

    /// <summary>A short command must not load, nor even ship with, a web server.</summary>
    [Fact]
    public void The_command_line_and_the_daemon_are_two_programs_over_the_same_libraries()
    {
        Assert.Equal(["LayerStore", "Snapshotter"], ProjectReferences("Cli"));
        Assert.Equal(["LayerStore", "Snapshotter"], ProjectReferences("Cli/Daemon"));
        Assert.DoesNotContain(
            typeof(LayerStore.Cli.Host).Assembly.GetReferencedAssemblies(),
            name => name.Name!.StartsWith("Microsoft.AspNetCore", StringComparison.Ordinal) || name.Name is "Google.Protobuf" or "layerstore-daemon");
    }

    /// <summary>The transport can be exchanged, and read, without what is served over it.</summary>
    [Fact]
    public void The_daemons_transport_knows_nothing_of_what_it_serves() => Rules.AssertKept(
        SourceFile.Under("src/Cli/Daemon/Grpc")
            .SelectMany(file => Served().Matches(file.Code).Select(match => $"{file.Path}: {match.Value}")));

    [Fact]
    public void Each_package_has_one_project_that_uses_it()
    {
        Assert.Empty(PackageReferences("Cli"));
        Assert.Equal(["Google.Protobuf", "Grpc.Tools", "OpenTelemetry", "OpenTelemetry.Exporter.OpenTelemetryProtocol", "YamlDotNet"], PackageReferences("Cli/Daemon"));
        Assert.Empty(PackageReferences("Snapshotter"));
    }

    [Fact]
    public void Namespaces_follow_folders()
    {
        var wrong = SourceFile.Under("src")
            .Where(file => file.Namespace.Length > 0 && file.Namespace != NamespaceOfFolder(file.Path))
            .Select(file => $"{file.Path}: {file.Namespace}, not {NamespaceOfFolder(file.Path)}");

        Rules.AssertKept(wrong);
    }

    [Fact]
    public void In_Snapshotter_only_the_seam_touches_blobs_and_images()
    {
        var types = s_layerStore.GetExportedTypes()
            .Where(type => !type.IsNested && type.Namespace is "LayerStore.Content" or "LayerStore.Images" or "LayerStore.Transports")
            .Select(type => type.Name.Split('`')[0])
            .Where(name => !s_sharedGround.Contains(name));
        var forbidden = new Regex($@"\b({string.Join('|', types)})\b|LayerStore\.(Images|Transports)\b");

        var uses = SourceFile.Under("src/Snapshotter")
            .Where(file => !IsSeam(file.Path))
            .SelectMany(file => forbidden.Matches(file.Code).Select(match => $"{file.Path}: {match.Value}"));

        Rules.AssertKept(uses);
    }

    // The folder that joins blobs and snapshots; bundles, which join an image's config and a mount; and the facade in the project's
    // root, which opens both halves for a caller.
    private static bool IsSeam(string path) =>
        path.StartsWith("src/Snapshotter/Layers/", StringComparison.Ordinal)
        || path.StartsWith("src/Snapshotter/Runtime/", StringComparison.Ordinal)
        || Path.GetDirectoryName(path) == "src/Snapshotter";

    private static string NamespaceOfFolder(string path)
    {
        var folder = Path.GetDirectoryName(path)!["src/".Length..].Replace("Cli/Daemon", "LayerStore/Daemon").Replace('/', '.');
        return folder == "Cli" || folder.StartsWith("Cli.", StringComparison.Ordinal) ? "LayerStore." + folder : folder;
    }

    private static string[] ProjectReferences(string project) =>
        [.. Elements(project, "ProjectReference").Select(include => Path.GetFileNameWithoutExtension(include))];

    private static string[] PackageReferences(string project) => [.. Elements(project, "PackageReference")];

    private static IEnumerable<string> Elements(string project, string name) =>
        XDocument.Load(Repository.PathOf($"src/{project}/{Path.GetFileName(project)}.csproj")).Descendants(name).Select(e => e.Attribute("Include")!.Value);

    [GeneratedRegex(@"\busing (Snapshotter|LayerStore\.(Content|Images|Oci))\b.*|\bLayerStore\.Daemon\.(?!Grpc\b|Protos\.Health\b)\w+|\bcontainerd\b(?=.*\.v1)")]
    private static partial Regex Served();
}
