namespace Fuzz.Engine;

/// <summary>What an execution showed.</summary>
/// <param name="Outcome">Which way it went.</param>
/// <param name="Key">For a fault: what tells it from other faults.</param>
/// <param name="Detail">For a fault: all that is known; for a refusal its message.</param>
internal sealed record Verdict(Outcome Outcome, string Key, string Detail);
