using System.Text.RegularExpressions;

namespace Interop.Tests.Faults;

/// <summary>Runs commands under strace(1): to see which calls they make, and to let one of them fail.</summary>
internal static partial class Tracer
{
    // What changes a disk, what makes it durable, what opens it, and what mounts.
    private const string Calls =
        "openat,openat2,write,pwrite64,pwritev2,fsync,fdatasync,syncfs,rename,renameat,renameat2,linkat,symlinkat,mkdir,mkdirat,mknodat,unlink,unlinkat,rmdir,"
        + "ftruncate,fsopen,fsconfig,fsmount,move_mount,umount2,fsetxattr,setxattr,fremovexattr,removexattr,fchmod,utimensat,pread64,getdents64";

    /// <summary>The points of a run at which it works on what lies in a directory, or mounts.</summary>
    public static IReadOnlyList<FaultPoint> Points(ToolCommand command, string directory, string log)
    {
        Trace(command, Calls, [], log).Expect();
        Dictionary<(string Thread, string Call), int> made = [];
        HashSet<FaultPoint> points = [];
        foreach (var line in File.ReadLines(log))
        {
            if (CallPattern().Match(line) is not { Success: true } match)
                continue;
            var (thread, call) = (match.Groups[1].Value, match.Groups[2].Value);
            var number = made[(thread, call)] = made.GetValueOrDefault((thread, call)) + 1;
            if (line.Contains(directory, StringComparison.Ordinal) || call is "fsopen" or "fsconfig" or "fsmount")
                points.Add(new FaultPoint(call, number));
        }

        return [.. points.OrderBy(point => point.Call, StringComparer.Ordinal).ThenBy(point => point.Number)];
    }

    /// <summary>Runs a command with a fault.</summary>
    /// <returns>Its result (137: killed) and the line of the call that was made to fail, of several one on a pipe; null if the run did not come there.</returns>
    public static (ToolResult Result, string? Hit) Run(ToolCommand command, Fault fault, string log)
    {
        var result = Trace(command, fault.Point.Call, ["-e", fault.Injection], log);
        var hit = fault.Error is null && result.ExitCode == 137
            ? "killed"
            : File.ReadLines(log).Where(line => line.Contains("(INJECTED)", StringComparison.Ordinal)).OrderBy(line => !IsPipe(line)).FirstOrDefault();
        return (result, hit);
    }

    /// <summary>
    /// Whether a call is one on a pipe. strace counts for each thread and cannot leave descriptors out, so that beside the call that is
    /// meant it may hit the runtime's own pipes, without which it ends the process, or the program's output, and with it what it has to say.
    /// </summary>
    public static bool IsPipe(string line) => PipePattern().IsMatch(line);

    // With a filter in the kernel only these calls stop the program; but then strace delivers no signals.
    private static ToolResult Trace(ToolCommand command, string calls, string[] more, string log) =>
        (command with
        {
            File = "strace",
            Arguments = ["-f", .. more.Any(word => word.Contains("signal=KILL", StringComparison.Ordinal)) ? [] : (string[])["--seccomp-bpf"], "-qq", "-y", "-s", "4096", "-o", log, "-e", $"trace={calls}", "-e", "signal=none", .. more, command.File, .. command.Arguments],
        }).Run();

    [GeneratedRegex(@"^\d+ +\w+\(\d+<(pipe:|anon_inode:\[event)")]
    private static partial Regex PipePattern();

    [GeneratedRegex(@"^(\d+) +(\w+)\(")]
    private static partial Regex CallPattern();
}
