namespace Interop.Tests.Faults;

/// <summary>A fault was not borne.</summary>
internal sealed class FaultFoundException(FaultKind kind, string message) : Exception(message)
{
    /// <summary>In which way.</summary>
    public FaultKind Kind => kind;
}
