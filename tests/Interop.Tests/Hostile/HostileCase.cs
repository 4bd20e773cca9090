namespace Interop.Tests.Hostile;

/// <summary>One hostile image.</summary>
/// <param name="Name">Its name, unique in the suite.</param>
/// <param name="Outcome">What becomes of it.</param>
/// <param name="Make">Makes it.</param>
internal sealed record HostileCase(string Name, Outcome Outcome, Action<HostileImage> Make)
{
    /// <summary>Words that the error must have.</summary>
    public string[] Says { get; init; } = [];
}
