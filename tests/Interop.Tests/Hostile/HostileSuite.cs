namespace Interop.Tests.Hostile;

/// <summary>One part of the suite of hostile images. Parts run beside each other, each with a store of its own.</summary>
public abstract class HostileSuite(HostileLab lab)
{
    private protected async Task RunAsync(IReadOnlyList<HostileCase> cases, string name)
    {
        Tools.RequireRoot();
        await lab.RunAsync(cases.Single(it => it.Name == name));
    }

    private protected static TheoryData<string> NamesOf(IReadOnlyList<HostileCase> cases) => [.. cases.Select(it => it.Name)];
}
