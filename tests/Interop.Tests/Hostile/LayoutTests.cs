namespace Interop.Tests.Hostile;

public sealed class LayoutTests(HostileLab lab) : HostileSuite(lab), IClassFixture<HostileLab>
{
    public static TheoryData<string> Cases { get; } = NamesOf(Layouts.All);

    [SkippableTheory]
    [MemberData(nameof(Cases))]
    public Task Files_of_an_image_are_files_and_stay_where_they_are(string name) => RunAsync(Layouts.All, name);
}
