namespace Interop.Tests.Faults;

/// <summary>A command that faults are tried on, and what can be seen of it outside of the store's own listing.</summary>
/// <param name="Name">What it is called in messages.</param>
/// <param name="Arguments">The command line; <c>{out}</c> stands for the sandbox's directory for output.</param>
internal sealed record Scenario(string Name, params string[] Arguments)
{
    /// <summary>Changes the common store once, before the copies are made.</summary>
    public Action<Sandbox> Prepare { get; init; } = _ => { };

    /// <summary>Prepares each copy: mounts do not come along.</summary>
    public Action<Sandbox> PrepareCopy { get; init; } = _ => { };

    /// <summary>What somebody sees of the result: as before or as afterwards, and never anything else.</summary>
    public Func<Sandbox, string> Show { get; init; } = _ => "";

    /// <summary>The exit codes of the same command run again after a fault.</summary>
    public IReadOnlyList<int> AgainCodes { get; init; } = [0];

    /// <summary>Whether the store's directory starts empty.</summary>
    public bool NeedsStore { get; init; } = true;

    /// <summary>The command in a sandbox.</summary>
    public ToolCommand Command(Sandbox sandbox) =>
        sandbox.Command([.. Arguments.Select(word => word.Replace("{out}", sandbox.Output, StringComparison.Ordinal))]);
}
