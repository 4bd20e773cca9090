namespace Interop.Tests.Hostile;

public sealed class BreakoutTests(HostileLab lab) : HostileSuite(lab), IClassFixture<HostileLab>
{
    public static TheoryData<string> Cases { get; } = NamesOf(Breakouts.All);

    [SkippableTheory]
    [MemberData(nameof(Cases))]
    public Task Nothing_leaves_its_root(string name) => RunAsync(Breakouts.All, name);
}
