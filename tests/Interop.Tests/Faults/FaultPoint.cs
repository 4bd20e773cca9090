namespace Interop.Tests.Faults;

/// <summary>A place in a run: the Nth call of a system call by a thread, counted as strace counts it (strace(1), <c>when=</c>).</summary>
internal sealed record FaultPoint(string Call, int Number)
{
    /// <inheritdoc/>
    public override string ToString() => $"{Call} {Number}";
}
