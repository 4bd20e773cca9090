using Xunit.Abstractions;

namespace Interop.Tests.Hostile;

/// <summary>How many hostile images there are; <c>make hostile</c> prints it.</summary>
public sealed class HostileCountTests(ITestOutputHelper output)
{
    [Fact]
    public void The_suite_has_many_cases_each_with_a_name_of_its_own()
    {
        (string Part, IReadOnlyList<HostileCase> Cases)[] parts =
        [
            ("breakouts", Breakouts.All), ("malformed layers", Malformed.All), ("documents", Documents.All),
            ("layouts and archives", Layouts.All), ("over limits", OverLimits.All), ("bombs", Bombs.All),
        ];
        HostileCase[] all = [.. parts.SelectMany(part => part.Cases)];

        output.WriteLine($"{all.Length} hostile images ({string.Join(", ", parts.Select(part => $"{part.Cases.Count} {part.Part}"))}): "
            + $"{all.Count(it => it.Outcome == Outcome.Refused)} are refused, {all.Count(it => it.Outcome == Outcome.Harmless)} are harmless");

        Assert.True(all.Length >= 150);
        Assert.Equal(all.Length, all.DistinctBy(it => it.Name).Count());
    }
}
