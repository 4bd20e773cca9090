namespace Interop.Tests.Faults;

/// <summary>What happens at a point: an error that the call then returns, or, without one, the process is killed before the call.</summary>
internal sealed record Fault(FaultPoint Point, string? Error)
{
    private static readonly string[] s_full = ["EIO", "ENOSPC", "EDQUOT", "EINTR"];
    private static readonly string[] s_broken = ["EIO", "EINTR"];
    private static readonly string[] s_mount = ["ENOMEM", "EIO", "ENOSPC", "EINTR"];

    /// <summary>What strace is told.</summary>
    public string Injection => $"inject={Point.Call}:{(Error is null ? "signal=KILL" : $"error={Error}")}:when={Point.Number}";

    /// <summary>One of the errors that a call can return on a full or broken disk; each call gets them all in turn.</summary>
    public static string ErrorFor(FaultPoint point) => point.Call switch
    {
        "unlink" or "unlinkat" or "rmdir" or "pread64" or "getdents64" => s_broken[point.Number % s_broken.Length],
        "fsopen" or "fsconfig" or "fsmount" or "move_mount" or "umount2" => s_mount[point.Number % s_mount.Length],
        _ => s_full[point.Number % s_full.Length],
    };

    /// <inheritdoc/>
    public override string ToString() => $"{Error ?? "kill"} at {Point}";
}
