using FsCheck;
using FsCheck.Fluent;
using TestData = TestSupport.TestData;

namespace Interop.Tests.Collection;

/// <summary>What several processes do to one store at once, at random.</summary>
internal static class CollectionProperty
{
    /// <summary>Few names for few images, so that they are taken from each other, removed and pulled again all the time.</summary>
    private static readonly string[] s_names = ["one", "two", "three"];

    // They have layers in common.
    private static readonly string[] s_tags = ["layers", "busybox", "whiteouts", "multi"];

    private static Gen<string[]> Command { get; } = Gen.Frequency(
        (6, from tag in Gen.Elements(s_tags) from name in Gen.Elements(s_names) select (string[])["pull", TestData.Source(tag), "--name", name, "--no-sync", "--progress", "none"]),
        (2, from name in Gen.Elements(s_names) select (string[])["rmi", name]),
        (2, from name in Gen.Elements(s_names) from other in Gen.Elements(s_names) select (string[])["tag", name, other]),
        (1, Gen.Constant((string[])["gc"])));

    /// <summary>For each process, its commands in order.</summary>
    public static Arbitrary<string[][][]> Scripts { get; } = Arb.From(Command.ArrayOf(4).ArrayOf(3));

    /// <summary>The tag of <see cref="TestData"/> that a manifest belongs to.</summary>
    public static IReadOnlyList<string> Tags => s_tags;
}
