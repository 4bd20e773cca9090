namespace Fuzz.Engine;

/// <summary>How a campaign runs.</summary>
internal sealed record CampaignOptions
{
    /// <summary>What the random numbers start from.</summary>
    public int Seed { get; init; } = 1;

    /// <summary>It ends after this.</summary>
    public TimeSpan Time { get; init; } = TimeSpan.MaxValue;

    /// <summary>Or after so many executions.</summary>
    public long Executions { get; init; } = long.MaxValue;

    /// <summary>How long one input may take.</summary>
    public TimeSpan Limit { get; init; } = TimeSpan.FromSeconds(20);

    /// <summary>Keeps the corpus from one run to the next, and the faults.</summary>
    public required string Directory { get; init; }

    /// <summary>Whether to begin with what is in the directory, and to add to it. A run that is to be the same every time does neither.</summary>
    public bool KeepsCorpus { get; init; } = true;

    /// <summary>
    /// Whether to mutate the target's seeds only, without regard to what the code does with them: then the inputs are the same whatever the
    /// code is, and a fault that a change shows is the change's.
    /// </summary>
    public bool IsBlind { get; init; }

    /// <summary>Whether to list at the end which code was reached.</summary>
    public bool ListsCoverage { get; init; }
}
