using System.Diagnostics;
using Fuzz.Targets;
using LayerStore;

namespace Fuzz.Engine;

/// <summary>Runs one input and judges what happens: the rules that hold for every target.</summary>
internal static class Execution
{
    /// <summary>The longest message that a refusal may have. One may quote a path of 4,096 bytes, each as an escape of four.</summary>
    private const int MaxMessage = 64 << 10;

    private static readonly Verdict s_accepted = new(Outcome.Accepted, "", "");

    /// <summary>
    /// Runs an input: only the target's documented refusals may come out, each in one printable line, and no more memory may
    /// be allocated than the target allows for the input's length (a count, so the same on every machine).
    /// </summary>
    public static Verdict Run(FuzzTarget target, byte[] input)
    {
        long before = GC.GetAllocatedBytesForCurrentThread();
        try
        {
            target.Run(input);
            return Allocated() ?? s_accepted;
        }
        catch (OracleException e)
        {
            return new Verdict(Outcome.Fault, $"rule {e.Rule}", e.ToString());
        }
        catch (LayerStoreException e) when (target.Refusals.Contains(e.Kind))
        {
            return e.Message.Length > MaxMessage || e.Message.Any(char.IsControl) || e.Message.Length == 0
                ? new Verdict(Outcome.Fault, $"message {Place(e)}", $"An error is not one printable line: {e}")
                : Allocated() ?? new Verdict(Outcome.Refused, "", e.Message);
        }
        catch (Exception e)
        {
            return new Verdict(Outcome.Fault, $"{e.GetType().Name} {Place(e)}", e.ToString());
        }

        Verdict? Allocated()
        {
            long bytes = GC.GetAllocatedBytesForCurrentThread() - before;
            long allowed = target.AllowedAllocation(input.Length);
            return bytes <= allowed ? null : new Verdict(Outcome.Fault, "allocation", $"{bytes} bytes were allocated for {input.Length}, over the {allowed} that are allowed.");
        }
    }

    /// <summary>The innermost method of the project on the stack.</summary>
    private static string Place(Exception e) => new StackTrace(e).GetFrames()
        .Select(frame => frame.GetMethod()?.DeclaringType is { } type && IsOurs(type) ? $"{type.Name}.{frame.GetMethod()!.Name}" : null)
        .FirstOrDefault(name => name is not null) ?? "elsewhere";

    private static bool IsOurs(Type type) =>
        type.Namespace is { } name && (name.StartsWith("LayerStore", StringComparison.Ordinal) || name.StartsWith("Snapshotter", StringComparison.Ordinal));
}
