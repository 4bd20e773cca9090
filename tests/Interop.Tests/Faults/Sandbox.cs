namespace Interop.Tests.Faults;

/// <summary>A directory with a store and all else that a command is given: where it writes to, and its temporary directory.</summary>
internal sealed class Sandbox : IDisposable
{
    private const string SourceDate = "1700000000";

    /// <summary>A sandbox in a directory, empty or a copy of another.</summary>
    public Sandbox(string directory, Sandbox? template = null)
    {
        FullPath = directory;
        if (template is null)
        {
            Directory.CreateDirectory(Temporary);
            Directory.CreateDirectory(Output);
        }
        else
        {
            ProcessRunner.Run("cp", "-a", "--reflink=auto", "--", template.FullPath, directory);
        }
    }

    /// <summary>The absolute path.</summary>
    public string FullPath { get; }

    /// <summary>The store's root.</summary>
    public string Root => Path.Combine(FullPath, "root");

    /// <summary>Where commands write what is not in the store.</summary>
    public string Output => Path.Combine(FullPath, "out");

    private string Temporary => Path.Combine(FullPath, "tmp");

    /// <summary>The program that `make build` leaves.</summary>
    public static string Program { get; } = Repository.PathOf("out/layerstore");

    /// <summary>A command on this sandbox's store.</summary>
    public ToolCommand Command(params string[] arguments) => new(Program, ["--root", Root, .. arguments])
    {
        WorkingDirectory = "/",
        Timeout = TimeSpan.FromMinutes(2),
        Environment = new Dictionary<string, string?>
        {
            ["TMPDIR"] = Temporary,
            ["SOURCE_DATE_EPOCH"] = SourceDate,

            // The runtime's sockets for debuggers, which a killed process leaves in TMPDIR, are not the program's.
            ["DOTNET_EnableDiagnostics"] = "0",
        },
    };

    /// <summary>Runs a command that must succeed.</summary>
    public ToolResult Run(params string[] arguments) => Command(arguments).Run().Expect();

    /// <summary>Collects what nothing needs.</summary>
    public void Collect()
    {
        Run("gc");
        Run("check", "--repair");
    }

    /// <summary>What lies in the temporary directory.</summary>
    public IReadOnlyList<string> Leftovers() => [.. Directory.EnumerateFileSystemEntries(Temporary).Select(path => $"tmp/{Path.GetFileName(path)}")];

    /// <inheritdoc/>
    public void Dispose()
    {
        MountTable.DetachUnder(FullPath);
        ProcessRunner.Run("rm", "-rf", "--one-file-system", "--", FullPath);
    }
}
