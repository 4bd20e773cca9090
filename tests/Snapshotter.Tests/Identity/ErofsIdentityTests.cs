using Xunit.Abstractions;

namespace Snapshotter.Tests.Identity;

/// <summary>Histories on layers that are images.</summary>
[Long]
public sealed class ErofsIdentityTests(ITestOutputHelper output)
{
    [SkippableFact]
    public void What_is_unpacked_is_what_was_mounted()
    {
        Tools.RequireRoot();
        output.WriteLine(IdentityProperty.Run(Variant.Erofs, IdentityProperty.Share(10)));
    }
}
