namespace Interop.Tests.Hostile;

public sealed class MalformedTests(HostileLab lab) : HostileSuite(lab), IClassFixture<HostileLab>
{
    public static TheoryData<string> Cases { get; } = NamesOf(Malformed.All);

    [SkippableTheory]
    [MemberData(nameof(Cases))]
    public Task What_could_be_read_in_two_ways_or_none_is_refused(string name) => RunAsync(Malformed.All, name);
}
