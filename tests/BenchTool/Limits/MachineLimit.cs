using System.Diagnostics;
using System.Globalization;

namespace BenchTool.Limits;

/// <summary>Times work that no image store can leave out, on one core, without what starting a program costs.</summary>
internal static class MachineLimit
{
    /// <summary>The size of the buffers, in bytes.</summary>
    public const int BufferSize = 1 << 20;

    /// <summary>Does the work and gives a line as the scripts' own: wall and CPU seconds, and two fields for what is not measured.</summary>
    public static string Time(Action work)
    {
        using Process process = Process.GetCurrentProcess();
        TimeSpan used = process.TotalProcessorTime;
        long start = Stopwatch.GetTimestamp();
        work();
        double wall = Stopwatch.GetElapsedTime(start).TotalSeconds;
        process.Refresh();
        return string.Create(CultureInfo.InvariantCulture, $"{wall:0.######} {(process.TotalProcessorTime - used).TotalSeconds:0.######} - -");
    }
}
