using System.Globalization;
using Interop.Tests.Support;

namespace Interop.Tests.Hostile;

/// <summary>A place for bombs: a tmpfs, since some make a million files before they are refused.</summary>
public sealed class BombLab : IDisposable
{
    private readonly TempDirectory _temp = new();

    public BombLab()
    {
        Directory.CreateDirectory(_temp["disk"]);
        if (Environment.IsPrivilegedProcess)
        {
            ProcessRunner.Run("mount", "-t", "tmpfs", "-o", "size=4g,nr_inodes=4m", "bombs", _temp["disk"]);
        }
    }

    public void Dispose() => _temp.Dispose();

    /// <summary>Pulls a bomb, and gives the most memory that the program had, in KiB. Nothing of it is left.</summary>
    internal long Pull(HostileCase bomb)
    {
        string directory = _temp.CreateDirectory("disk/bomb");
        HostileImage image = new(directory, "/nowhere");
        bomb.Make(image);
        string peak = Path.Combine(directory, "peak");
        ToolCommand program = CliProgram.Command(
            ["--root", Path.Combine(directory, "store"), "pull", image.Source, "--name", "it", "--no-sync", "--progress", "none", .. image.Options]);

        // Layers are unpacked at the same time on as many processors as there are: their memory must not grow with them.
        ToolCommand measured = new("/usr/bin/time", ["--format=%M", "--output", peak, program.File, .. program.Arguments])
        {
            Environment = new Dictionary<string, string?> { ["DOTNET_PROCESSOR_COUNT"] = "8" },
        };
        ToolResult result = measured.Run();

        result.Expect(bomb.Outcome == Outcome.Refused ? 3 : 0);
        Assert.All(bomb.Says, words => Assert.Contains(words, result.Error, StringComparison.Ordinal));
        if (bomb.Outcome == Outcome.Refused)
        {
            Assert.Equal(["0"], Directory.EnumerateFileSystemEntries(Path.Combine(directory, "store/t")).Select(Path.GetFileName));
            Assert.Empty(Directory.EnumerateFileSystemEntries(Path.Combine(directory, "store/blobs/sha256")));
        }

        long kibibytes = long.Parse(File.ReadLines(peak).Last(), CultureInfo.InvariantCulture);
        ProcessRunner.Run("rm", "-rf", "--", directory);
        return kibibytes;
    }
}
