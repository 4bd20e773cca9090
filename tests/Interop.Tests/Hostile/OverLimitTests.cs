namespace Interop.Tests.Hostile;

public sealed class OverLimitTests(HostileLab lab) : HostileSuite(lab), IClassFixture<HostileLab>
{
    public static TheoryData<string> Cases { get; } = NamesOf(OverLimits.All);

    [SkippableTheory]
    [MemberData(nameof(Cases))]
    public Task The_error_names_the_limit_and_the_option(string name) => RunAsync(OverLimits.All, name);
}
