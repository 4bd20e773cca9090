namespace Interop.Tests.Hostile;

/// <summary>What becomes of a hostile image.</summary>
public enum Outcome
{
    /// <summary>Exit code 3, and nothing of it is left.</summary>
    Refused,

    /// <summary>It is taken, and does no harm: what it asks for stays inside of the root.</summary>
    Harmless,
}
