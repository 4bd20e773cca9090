namespace Interop.Tests.Hostile;

public sealed class DocumentTests(HostileLab lab) : HostileSuite(lab), IClassFixture<HostileLab>
{
    public static TheoryData<string> Cases { get; } = NamesOf(Documents.All);

    [SkippableTheory]
    [MemberData(nameof(Cases))]
    public Task A_document_that_is_two_things_or_too_much_is_refused(string name) => RunAsync(Documents.All, name);
}
