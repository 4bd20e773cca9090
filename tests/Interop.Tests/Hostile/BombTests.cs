using Xunit.Abstractions;

namespace Interop.Tests.Hostile;

/// <summary>Bombs, pulled by the program into a store on a tmpfs. Its peak of memory is measured by time(1).</summary>
[Long]
public sealed class BombTests(BombLab lab, ITestOutputHelper output) : IClassFixture<BombLab>
{
    /// <summary>300 MB, in KiB as time(1) prints them.</summary>
    private const long MostMemory = 300_000_000 / 1024;

    public static TheoryData<string> Cases { get; } = [.. Bombs.All.Select(it => it.Name)];

    [SkippableTheory]
    [MemberData(nameof(Cases))]
    public void A_bomb_takes_little_memory(string name)
    {
        Tools.RequireRoot();
        Tools.Require("/usr/bin/time", "gzip", "zstd", "bzip2");

        long peak = lab.Pull(Bombs.All.Single(it => it.Name == name));

        output.WriteLine($"peak memory {peak / 1024} MiB");
        Assert.InRange(peak, 1, MostMemory - 1);
    }
}
